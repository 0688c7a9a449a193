import { visible } from './plain-text.ts';

/** Words for a page that may be rendered: nothing that a server says becomes markup, a link or a mention. */
export function text(value: string): string {
  return visible(value)
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;');
}

/** Words between backticks. */
export function code(value: string): string {
  return visible(value).replaceAll('`', "'");
}
