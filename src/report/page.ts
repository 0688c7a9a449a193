import type colors from 'picocolors';
import type { ReportContext } from './context.ts';
import { wrap } from './plain-text.ts';

/** How text is set: how wide, in which colours. */
export interface Page extends Pick<ReportContext, 'width' | 'level' | 'verbose'> {
  readonly paint: ReturnType<typeof colors.createColors>;
}

const indent = '  ';
const labelWidth = 10;

/** A label and its text, the further lines of it below its first word. */
export function field(label: string, text: string, { width, paint }: Page): string[] {
  const below = ' '.repeat(indent.length + labelWidth);
  const [first = '', ...more] = wrap(text, width - below.length);
  return [
    `${indent}${paint.dim(label.padEnd(labelWidth))}${first}`,
    ...more.map((line) => `${below}${line}`),
  ];
}
