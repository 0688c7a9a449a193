import { createHash } from 'node:crypto';
import { html, Markup } from './markup.ts';

/** What a page is made of. */
export interface DocumentParts {
  readonly title: string;
  /** The id of what most readers want first, and what it is called. */
  readonly skipTo: string;
  readonly skipText: string;
  /** What stands in `main`. */
  readonly body: Markup;
  readonly style: string;
  readonly script?: string;
}

/** A page of one file: it loads nothing, and only our own script and style may run in it, whatever else it holds. */
export function documentOf({ title, skipTo, skipText, body, style, script }: DocumentParts): string {
  const scripts = script === undefined ? '' : ` script-src '${hashOf(script)}';`;
  const policy = `default-src 'none';${scripts} style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${ours(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${ours(style)}</style>
</head>
<body>
<a class="skip" href="#${skipTo}">${skipText}</a>
<main>
${body}
</main>
${script === undefined ? undefined : html`<script>${ours(script)}</script>\n`}</body>
</html>
`.source;
}

function ours(text: string): Markup {
  return new Markup(text);
}

/** As a policy names what may run. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
