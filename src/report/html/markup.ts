import { visible, escaped as written } from '../plain-text.ts';

/** Text that is HTML already. Made by `html` alone, so that nothing gets in unescaped. */
export class Markup {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Part = Markup | string | number | undefined | readonly Part[];

/** HTML, of which whatever is put in is escaped, in quoted attributes as well; lists are joined. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(fixed.map((piece, at) => (at === 0 ? piece : sourceOf(parts[at - 1]) + piece)).join(''));
}

function sourceOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.source;
  if (typeof part === 'object') return part.map(sourceOf).join('');
  return escaped(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML has it; what cannot be seen, or turns the text around it, is written out. */
export function escaped(text: string): string {
  return visible(text)
    .replace(/\p{Noncharacter_Code_Point}/gu, written)
    .replace(/[&<>"']/g, (char) => entities[char] ?? '');
}

/** An id that can stand in a URL after its # as it is: `case/mine/emit/leaks`. */
export function anchor(...parts: readonly (string | number)[]): string {
  return parts
    .map((part) =>
      String(part).replace(/[^\w./-]/gu, (char) => `~${(char.codePointAt(0) ?? 0).toString(16)}~`),
    )
    .join('/');
}
