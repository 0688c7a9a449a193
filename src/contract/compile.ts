import { join, posix, relative } from 'node:path';
import { DiagnosticSeverity, fromFile, Parser } from '@asyncapi/parser';
import { keepCompiled, readCompiled } from './compiled-file.ts';
import { type Contract, InputError, type SurfaceContract } from './contract.ts';
import { proveFormats } from './format.ts';
import type { JsonObject } from './json.ts';
import { readFlow, readInfo, readOpenPoints, readRequirements, readRules } from './normalize.ts';
import { proveFlows } from './prove-flows.ts';
import { proveIds } from './prove-ids.ts';
import { proveMessages } from './prove-messages.ts';
import { proveRules } from './prove-rules.ts';
import { surfaceNames } from './requirement.ts';
import { contractHash, keepCompilerHash, specFiles } from './spec-files.ts';
import { readSchema, readSurfaceFiles, type SurfaceFiles } from './surface-files.ts';
import { proveCompilable } from './validators.ts';

/**
 * Compiles all specs to plain data. Fails closed: a file that does not parse, a schema that does not
 * compile, a name of something that is not there, a warning of the AsyncAPI parser stop it.
 * @throws InputError naming file, line and reason.
 */
export async function compileContract(specs: string, hash = contractHash(specs)): Promise<Contract> {
  const names = specFiles(specs);
  const formats: Record<string, JsonObject> = {};
  for (const name of names.filter((one) => one.startsWith('formats/'))) {
    formats[posix.basename(name, '.schema.json')] = (await readSchema(specs, name)).value;
  }
  proveFormats(formats);
  const surfaces: Record<string, SurfaceContract<unknown>> = {};
  for (const surface of surfaceNames) {
    surfaces[surface] = compileSurface(await readSurfaceFiles(specs, names, surface, formats));
  }
  // Last, because it takes longer than all the rest.
  const parser = new Parser();
  for (const surface of surfaceNames) await proveDocument(parser, specs, `${surface}/asyncapi.yaml`);
  return { format: 'plumbline-contract/1', hash, formats, ...surfaces } as unknown as Contract;
}

/**
 * Compiles what one surface says, all but its AsyncAPI document, which is proven at the end.
 * @throws InputError naming file, line and reason.
 */
export function compileSurface(files: SurfaceFiles): SurfaceContract<unknown> {
  const { surface } = files;
  const rules = readRules(surface, files.rules);
  proveIds(files);
  proveRules(files, rules);
  proveFlows(files, rules);
  proveMessages(files);
  const schemas = mapValues(files.schemas, ({ value }) => value as JsonObject);
  proveCompilable({ surface, schemas });
  return {
    surface,
    rules,
    requirements: readRequirements(surface, files.requirements),
    flows: files.flows.map((file) => readFlow(surface, file)),
    schemas,
    extras: mapValues(files.extras, ({ value }) => value),
    openPoints: readOpenPoints(surface, files.rules),
    dialects: mapValues(
      rules.dialects as Record<string, { documents: readonly string[] }>,
      (one) => one.documents,
    ),
    document: readInfo(files.document),
  };
}

function mapValues<A, B>(table: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));
}

/** @throws InputError with the place of the worst thing that the AsyncAPI parser has to say; advice is none. */
async function proveDocument(parser: Parser, specs: string, name: string): Promise<void> {
  const { document, diagnostics } = await fromFile(parser, join(specs, name)).parse();
  const [worst] = [...diagnostics].sort((a, b) => a.severity - b.severity);
  if (worst && worst.severity <= DiagnosticSeverity.Warning) {
    const at = worst.source ? posix.join('specs', relative(specs, worst.source)) : `specs/${name}`;
    throw new InputError(`${at}:${worst.range.start.line + 1}: ${worst.message}`);
  }
  if (!document) throw new InputError(`specs/${name}:1: not an AsyncAPI document`);
}

/** `node contract-compiler.js --build ROOT` compiles ahead, into ROOT/dist/contract. */
const rootArgument = process.argv.indexOf('--build');
if (rootArgument > 0 && /(?:contract-compiler\.js|compile\.ts)$/.test(process.argv[1] ?? '')) {
  const root = process.argv[rootArgument + 1] ?? '.';
  const specs = join(root, 'specs');
  try {
    const hash = contractHash(specs, root);
    const place = join(root, 'dist', 'contract');
    // A rebuild of the code alone leaves the specs as they were.
    if (!readCompiled(place, hash) && !keepCompiled(await compileContract(specs, hash), place))
      throw new InputError('dist/contract cannot be written');
    keepCompilerHash(root);
  } catch (cause) {
    process.stderr.write(`${cause instanceof InputError ? cause.message : String(cause)}\n`);
    process.exit(2);
  }
}
