import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../conform/run-event.ts';
import type { ReportContext } from './context.ts';
import { junit } from './junit.ts';
import {
  caseOf,
  cases,
  check,
  conformantVerdict,
  events,
  footer,
  header,
  staleVerdict,
  verdict,
  written,
} from './sample-run.ts';

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

/** Parses strictly: whatever is not well-formed throws. */
function parse(xml: string): Node {
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (cause) => {
    throw cause;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('text', (text) => {
    const node = open.at(-1);
    if (node) node.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  const [document] = root.children;
  if (!document) throw new Error('empty');
  return document;
}

async function testcases(told: readonly RunEvent[], context: Partial<ReportContext> = {}) {
  const document = parse(await written(junit, told, context));
  return document.children.flatMap((suite) => suite.children);
}

async function fates(context: Partial<ReportContext> = {}): Promise<Record<string, string>> {
  const all = await testcases(events, context);
  return Object.fromEntries(
    all.map(({ attributes, children }) => [
      `${attributes.classname} ${attributes.name}`,
      children.map(({ name }) => name).join() || 'passed',
    ]),
  );
}

describe('the JUnit report', () => {
  it('has a test case for each check, and one for the verdict', async () => {
    const all = await testcases(events);
    expect(all).toHaveLength(cases.reduce((sum, one) => sum + one.checks.length, 0) + 1);
    expect(await fates()).toEqual({
      'mine.emit.emit/passes E10': 'passed',
      'mine.emit.emit/leaks E10': 'failure',
      'mine.emit.emit/leaks E39': 'failure',
      'mine.emit.emit/leaks E1': 'passed',
      'mine.emit.emit/known E10': 'skipped',
      'mine.emit.emit/should E10i': 'skipped',
      'mine.emit.emit/flaky E10': 'failure',
      'mine.emit.emit/error E10': 'error',
      'mine.emit.emit/untestable E10': 'skipped',
      'mine.emit.emit/untestable-too E10': 'skipped',
      'mine.emit.emit/ambiguous A21': 'system-out',
      'mine.emit.emit/excluded E10': 'skipped',
      'mine.emit.emit/not-run E10': 'skipped',
      'mine.emit.emit/not-applicable E10': 'skipped',
      'relay.pusher.pusher/passes P1': 'passed',
      'plumbline plumbline verdict': 'failure',
    });
  });

  it('fails a SHOULD only where it gates', async () => {
    expect(await fates({ level: 'should' })).toMatchObject({ 'mine.emit.emit/should E10i': 'failure' });
  });

  it('counts what it holds', async () => {
    const document = parse(await written(junit, events));
    expect(document.children.map(({ attributes }) => attributes)).toEqual([
      { name: 'mine', tests: '14', failures: '3', errors: '1', skipped: '7' },
      { name: 'relay', tests: '1', failures: '0', errors: '0', skipped: '0' },
      { name: 'plumbline', tests: '1', failures: '1', errors: '0', skipped: '0' },
    ]);
  });

  it('survives whatever a server sends', async () => {
    const leak = (await testcases(events)).find(({ attributes }) => attributes.classname?.endsWith('/leaks'));
    const text = leak?.children[0]?.text ?? '';
    expect(text).toContain('\\u001b[2J\\u0007<script>&"\'\\u0000\\ud800]]>');
    expect(text).toContain('\\ufffe ‹ü› 💥\nnext\r\ttab');
    expect(text).toContain('again     npm run conform -- --target my-server.yaml --only mine:emit/leaks');
  });

  it('says of a skipped failure what it was', async () => {
    const should = (await testcases(events)).find(({ attributes }) =>
      attributes.classname?.endsWith('/should'),
    );
    expect(should?.children[0]?.text).toBe(
      'failed (SHOULD, which does not gate): expected soon; actual late',
    );
  });

  it('skips a known failure by its reason, but not a flaky one', async () => {
    const known = (await testcases(events)).find(({ attributes }) =>
      attributes.classname?.endsWith('/known'),
    );
    expect(known?.children[0]?.text).toBe('known: ISSUE-1: expected a; actual b');
    const moody = caseOf('emit/moody', [check('failed', { known: 'ISSUE-1', flaky: true })]);
    const [first] = await testcases([header, moody, verdict, footer]);
    expect(first?.children[0]?.name).toBe('failure');
  });

  it('names with the verdict each entry of the baseline that is no longer right', async () => {
    const last = (await testcases([header, staleVerdict, footer])).at(-1);
    expect(last?.children[0]?.text).toContain('known.yaml:3: emit/passes E10 "leak" of mine');
    expect(last?.children[0]?.text).toContain('known.yaml:9: ');
  });

  it.each([
    [0, 'passed'],
    [1, 'failure'],
    [3, 'failure'],
    [4, 'failure'],
  ] as const)('the verdict of exit %i: %s', async (exit, fate) => {
    const all = await testcases([header, { ...conformantVerdict, exit }, footer]);
    expect(all.at(-1)?.children[0]?.name ?? 'passed').toBe(fate);
  });
});
