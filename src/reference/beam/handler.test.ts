import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isObject, type Json, parseJson } from '../../contract/json.ts';
import { readYaml } from '../../contract/read-yaml.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { HandlerFailure, runHandler } from './handler.ts';

interface HandlerContract {
  readonly vectors: readonly { readonly key: string; readonly nonce: string; readonly proof: string }[];
  readonly examples: readonly { readonly input: string; readonly outputs?: Json; readonly raises?: true }[];
}

const specs = join(packageRoot(), 'specs/beam');
const { value } = await readYaml(join(specs, 'handler.yaml'));
const { examples, vectors } = value as unknown as HandlerContract;
const python = spawnSync('python3', ['--version']).status === 0;

describe('the handler of the reference server', () => {
  it.each(vectors)('proves $nonce with $key as the vectors say', ({ key, nonce, proof }) => {
    expect(createHmac('sha256', key).update(nonce, 'utf8').digest('hex')).toBe(proof);
    expect(runHandler({ nonce, op: 'transform' }, key)).toEqual([{ nonce, proof }]);
  });

  it.each(examples)('makes of $input what the contract says', ({ input, outputs }) => {
    expect(inTypeScript(input)).toEqual(outputs ?? 'raises');
  });
});

describe.skipIf(!python)('the published handler (needs python3)', () => {
  it('proves every vector', () => {
    const inputs = vectors.map(({ key, nonce }) => ({
      key,
      input: JSON.stringify({ nonce, op: 'transform' }),
    }));
    expect(inPython(inputs)).toEqual(vectors.map(({ nonce, proof }) => [{ nonce, proof }]));
  });

  it('makes of every example what the contract says', () => {
    const inputs = examples.map(({ input }) => ({ key: 'plumbline', input }));
    expect(inPython(inputs)).toEqual(examples.map(({ outputs }) => outputs ?? 'raises'));
  });

  it('raises a ValueError for what is nested too deeply, since a RuntimeError would end the connection', () => {
    const input = `{"nonce":"0","op":"transform","deep":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    expect(inPython([{ key: 'plumbline', input }])).toEqual(['raises']);
  });
});

function inTypeScript(text: string): Json {
  const input = parseJson(text);
  if (!isObject(input)) return 'raises';
  try {
    return runHandler(input, 'plumbline');
  } catch (cause) {
    if (cause instanceof HandlerFailure) return 'raises';
    throw cause;
  }
}

function inPython(inputs: readonly { readonly key: string; readonly input: string }[]): Json {
  const program = `
import importlib.util, json, sys, types
spec = importlib.util.spec_from_file_location("published", sys.argv[1])
published = importlib.util.module_from_spec(spec)
spec.loader.exec_module(published)
def run(key, text):
    try:
        made = published.answer(key, text)
    except ValueError:
        return "raises"
    return list(made) if isinstance(made, types.GeneratorType) else [made]
print(json.dumps([run(each["key"], each["input"]) for each in json.load(sys.stdin)]))
`;
  const printed = execFileSync('python3', ['-B', '-c', program, join(specs, 'handler.py')], {
    input: JSON.stringify(inputs),
    encoding: 'utf8',
  });
  return parseJson(printed) ?? null;
}
