import { escaped } from './plain-text.ts';

/** What XML 1.0 has no way to hold, or had better not: controls, lone surrogates, non-characters. */
const illegal = /(?![\n\r\t])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Text for an attribute or an element; what XML 1.0 cannot hold is written as `\uXXXX`. */
export function escapeXml(text: string): string {
  return text.replace(illegal, escaped).replace(/[&<>"\n\r\t]/g, (char) => entities[char] ?? char);
}

/** An element with attributes; `content` is XML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = '',
): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return content === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`;
}
