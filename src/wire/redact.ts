/** Replaces secrets in text: plain, percent-encoded, JSON-escaped and in base64, at each of its three offsets. */
export type Redactor = (text: string) => string;

const mark = '[redacted]';

/**
 * Makes a redactor for a list of secrets. Signatures (64 hex digits after a colon or in
 * `auth_signature=`) go as well, since they stand for the secret that made them.
 */
export function redactor(secrets: readonly string[]): Redactor {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret));
    forms.add(JSON.stringify(secret).slice(1, -1));
    for (const form of base64Forms(secret)) forms.add(form);
  }
  const ordered = [...forms].filter((form) => form.length >= 4).sort((a, b) => b.length - a.length);
  const pattern = ordered.length > 0 ? new RegExp(ordered.map(escapeRegExp).join('|'), 'g') : undefined;
  return (text) => {
    const plain = pattern ? text.replace(pattern, mark) : text;
    return plain.replace(/(:|auth_signature=|sha256=)[0-9a-f]{64}\b/g, `$1${mark}`);
  };
}

/** What a secret looks like inside base64, wherever it begins in a group of three bytes. */
export function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const head = offset === 0 ? 0 : offset + 1;
    const tail = (offset + bytes.length) % 3 === 0 ? 0 : 1;
    const form = text.slice(head, text.length - tail);
    if (form.length >= 8) {
      forms.push(form);
      const url = form.replaceAll('+', '-').replaceAll('/', '_');
      if (url !== form) forms.push(url);
    }
  }
  return forms;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
