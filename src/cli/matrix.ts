import { join } from 'node:path';
import { type Contract, InputError } from '../contract/contract.ts';
import { checkFormat } from '../contract/format.ts';
import type { Json } from '../contract/json.ts';
import { loadContract } from '../contract/load.ts';
import { buildMatrix, type ReadResult } from '../matrix/build-matrix.ts';
import { matrixHtml } from '../matrix/matrix-html.ts';
import { matrixMarkdown } from '../matrix/matrix-markdown.ts';
import { toFile } from '../report/to-file.ts';
import { exitCodes } from './exit.ts';
import type { MatrixOptions } from './options.ts';
import { resultText } from './result-text.ts';

/**
 * `plumbline matrix`: reads JSON results and writes target × requirement as Markdown and HTML. Resolves to the exit
 * code.
 * @throws InputError for a file that cannot be read, is no such result, or is of a run that was interrupted.
 */
export async function matrix({ results: files, out }: MatrixOptions): Promise<number> {
  const contract = await loadContract();
  const results: { file: string; result: ReadResult }[] = [];
  for (const file of files) results.push({ file, result: await resultIn(file, contract) });
  const tables = buildMatrix(results);
  const pages = [
    ['matrix.md', matrixMarkdown(tables)],
    ['matrix.html', matrixHtml(tables)],
  ] as const;
  for (const [name, page] of pages) {
    const output = await toFile(join(out, name), 'whole').catch((cause: Error) => {
      throw new InputError(`--out ${out}: ${name} cannot be written: ${cause.message}`, { cause });
    });
    await output.write(page);
    await output.end();
  }
  process.stdout.write(`${pages.map(([name]) => join(out, name)).join(', ')}\n`);
  return exitCodes.done;
}

/** @throws InputError where it is no whole result. */
async function resultIn(file: string, contract: Contract): Promise<ReadResult> {
  const text = await resultText(file);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new InputError(`${file}: not valid JSON; write one with conform --reporter json=FILE`, { cause });
  }
  checkFormat(contract.formats, 'result', { file, value, lineOf: () => 1 });
  const result = value as unknown as ReadResult & { readonly complete: boolean };
  if (!result.complete) {
    throw new InputError(`${file}: is of a run that was interrupted, and would look like a whole one`);
  }
  return result;
}
