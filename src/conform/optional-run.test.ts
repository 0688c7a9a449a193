import { describe, expect, it } from 'vitest';
import { judge } from '../suite/case.ts';
import { monitor } from '../suite/monitor.ts';
import type { AnyScene } from '../suite/scene.ts';
import { echoServer, fail, finding, pass, runPlans } from './run-toy.ts';
import { echoed, planToy, type Toy, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

const requirements = [toyRequirement('E1'), toyRequirement('E2', { applies: { offers: ['echo'] } })];
const plain = toyScene('emit/plain');
const hostile = toyScene('emit/hostile', { phase: 'hostile' });

/** A suite with a feature, and what becomes of it on a target that does not claim it. */
async function tried(echo: AnyScene, more: Partial<Toy> = {}, claims: readonly string[] = []) {
  const server = await echoServer();
  const toy: Toy = {
    requirements,
    optional: ['echo'],
    scenes: [echo, hostile, plain],
    cases: [
      judge(plain, 'emit/plain', 'plain', { E1: pass }),
      judge(hostile, 'emit/hostile', 'hostile', { E1: pass }),
      judge(echo, 'emit/echo', 'echo', { E2: pass }),
    ],
    ...more,
  };
  const target = toyTarget({ urls: { ws: server.url }, capabilities: [...claims] });
  const result = await runPlans(planToy(toy, [target], { optional: true }));
  await server.close();
  return {
    ...result,
    came: result.checks.map((check) => `${check.case} ${check.level} ${check.outcome}`),
    order: result.events.flatMap((event) => (event.event === 'scene-started' ? [event.scene] : [])),
  };
}

const echo = toyScene('emit/echo', { needs: ['echo'] });
const failing = {
  cases: [judge(plain, 'emit/plain', 'plain', { E1: pass }), judge(echo, 'emit/echo', 'echo', { E2: fail })],
};

describe('what is tried of a feature that a target does not claim', () => {
  it('comes after all else, also after what is sent to hurt', async () => {
    const { came, order, totals, exit } = await tried(echo);
    expect(order).toEqual(['emit/plain', 'emit/hostile', 'emit/echo/optional']);
    expect(came).toEqual(['emit/plain MUST passed', 'emit/hostile MUST passed', 'emit/echo MAY passed']);
    expect([totals.must.passed, totals.may.passed, exit]).toEqual([2, 1, 0]);
  });

  it('decides nothing by failing', async () => {
    const { came, totals, exit, verdict } = await tried(echo, failing);
    expect(came).toEqual(['emit/plain MUST passed', 'emit/echo MAY failed']);
    expect([totals.may.failed, verdict, exit]).toEqual([1, 'conformant', 0]);
  });

  it('decides all where the target claims the feature', async () => {
    const { came, exit, verdict } = await tried(echo, failing, ['echo']);
    expect(came).toEqual(['emit/plain MUST passed', 'emit/echo MUST failed']);
    expect([verdict, exit]).toEqual(['non-conformant', 1]);
  });

  it('decides nothing by killing the target', async () => {
    const killing = toyScene('emit/echo', { needs: ['echo'] }, async (stage) => {
      await echoed(stage);
      stage.recorder.peer('viewer')?.send('die');
      await stage.recorder.next((event) => event.kind === 'closed', { ms: 5000 });
    });
    const { came, exit, verdict } = await tried(killing);
    expect(came).toEqual(['emit/plain MUST passed', 'emit/hostile MUST passed', 'emit/echo MAY error']);
    expect([verdict, exit]).toEqual(['conformant', 0]);
  });

  it('decides nothing by breaking our own scene', async () => {
    const broken = toyScene('emit/echo', { needs: ['echo'] }, async (stage) => {
      await echoed(stage);
      throw new Error('a bug of ours');
    });
    const { came, exit, checks } = await tried(broken);
    expect(came.at(-1)).toBe('emit/echo MAY error');
    expect(checks.at(-1)?.reason).toBe('a bug of ours');
    expect(exit).toBe(0);
  });

  it('is seen by no monitor but for that feature', async () => {
    const complains = monitor({
      ...{ id: 'emit/always/m', title: 'm', surface: 'emit', per: 'run', checks: ['E1', 'E2'] },
      start: () => ({}),
      step: (_, event, report, { recording }) => {
        if (event.kind !== 'frame') return;
        for (const id of ['E1', 'E2']) {
          report.saw(id, event);
          if (recording.scene.startsWith('emit/echo')) report.find(id, finding, event);
        }
      },
    });
    const { came, exit } = await tried(echo, { monitors: [complains] });
    expect(came).toContain('emit/always/m MUST passed');
    expect(came).toContain('emit/always/m MAY failed');
    expect(exit).toBe(0);
  });

  it('is nothing to be proven conformant by, where nothing of it could be told', async () => {
    const lost = toyScene('emit/echo', { needs: ['echo', 'token'] });
    const cases = [judge(lost, 'emit/echo', 'echo', { E2: pass })];
    const { came, exit, verdict } = await tried(lost, { scenes: [lost], cases });
    expect(came).toEqual(['emit/echo MAY untestable']);
    expect([verdict, exit]).toEqual(['incomplete', 3]);
  });
});
