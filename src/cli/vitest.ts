/**
 * Conformance as tests of the user's own vitest, one for each case.
 * @module
 */
import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest';
import { suites } from '../../suites/index.ts';
import type { RunResult } from '../conform/run.ts';
import { loadContract } from '../contract/load.ts';
import { judgementOf, type TestJudgement, verdictJudgement } from './vitest/case-judgement.ts';
import { type ConformanceOptions, conformOptions } from './vitest/conformance-options.ts';
import { failure } from './vitest/failure.ts';
import { judgeForTests } from './vitest/judge-for-tests.ts';
import { registeredCases } from './vitest/registered-cases.ts';
import type { TestedServer } from './vitest/tested-server.ts';

export type { ConformanceOptions, TestedServer };

// Read when this module is: tests are registered synchronously.
const contract = await loadContract();

const verdictTest = 'verdict';

/**
 * Registers a test for every case there is, and a last one, `verdict`, which fails unless all of it comes to a
 * conformant server. Nothing is contacted until vitest has chosen what to run; then the scenes that the chosen tests need
 * are performed once, and each test says what its case came to.
 * @param target called once, before the first test: what is to be judged
 * @example
 * conformanceTests(() => 'my-server.yaml', { surface: 'emit', baseline: 'known.yaml' });
 * @throws InputError for options that there are not, and for an `only` that matches nothing.
 */
export function conformanceTests(
  target: () => TestedServer | Promise<TestedServer>,
  options: ConformanceOptions = {},
): void {
  const conform = conformOptions(options);
  const registered = registeredCases(contract, suites, conform);
  const ids = new Map(registered.map((one) => [`${one.id}: ${one.title}`, one.id]));
  describe(options.name ?? 'conformance', () => {
    let result: RunResult | undefined;
    let close = async (): Promise<void> => {};
    // vitest 3 hands over the suite, later ones a context and then the suite, and refuse any other parameters. With 0 the
    // run may take as long as it does.
    beforeAll(async function judge() {
      // biome-ignore lint/complexity/noArguments: a function that declares parameters works in one of them only
      const chosen = chosenCases([...arguments].at(-1), ids);
      if (chosen === undefined) return;
      const judged = await judgeForTests(await target(), {
        options: conform,
        path: options.path ?? '/',
        contract,
        chosen,
      });
      ({ result, close } = judged);
    }, 0);
    afterAll(() => close(), 0);
    for (const [name, id] of ids) {
      test(name, (context) => settle(context, id, judgementOfCase(id, result, conform.level)));
    }
    test(verdictTest, (context) =>
      settle(context, verdictTest, result ? verdictJudgement(result) : notJudged),
    );
  });
}

/** Ids of the cases whose tests will run; all of them where the verdict alone will; undefined: none. */
function chosenCases(suite: unknown, ids: ReadonlyMap<string, string>): ReadonlySet<string> | undefined {
  const { tasks } = suite as { readonly tasks: readonly { readonly name: string; readonly mode: string }[] };
  const running = tasks.filter(({ mode }) => mode !== 'skip' && mode !== 'todo');
  if (running.length === 0) return undefined;
  const chosen = running.flatMap(({ name }) => ids.get(name) ?? []);
  return new Set(chosen.length === 0 ? ids.values() : chosen);
}

const notJudged: TestJudgement = { kind: 'failed', message: 'nothing was judged', at: [] };

function judgementOfCase(id: string, result: RunResult | undefined, level: 'must' | 'should'): TestJudgement {
  if (!result) return notJudged;
  const cases = result.cases.filter((one) => one.id === id);
  if (cases.length === 0) {
    return { kind: 'skipped', reason: 'not-applicable: it is not asked of what this server is, or speaks' };
  }
  const stale = (result.baseline?.stale ?? []).filter((entry) => entry.case === id);
  return judgementOf(cases, { level, stale });
}

async function settle(context: TestContext, label: string, judgement: TestJudgement): Promise<void> {
  switch (judgement.kind) {
    case 'failed':
      throw failure(label, judgement.message, judgement.at);
    case 'skipped':
      return context.skip(judgement.reason);
    case 'passed':
      for (const note of judgement.notes) await context.annotate(note, 'notice');
  }
}
