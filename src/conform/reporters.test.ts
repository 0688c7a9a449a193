import { describe, expect, it, onTestFinished } from 'vitest';
import { judge } from '../suite/case.ts';
import { failed, type Judgement, passed } from '../suite/judgement.ts';
import type { View } from '../suite/view.ts';
import type { EmitTarget } from '../target/target.ts';
import type { RunOptions } from './run.ts';
import type { Reporter, RunEvent } from './run-event.ts';
import { echoServer, keeper, runPlans } from './run-toy.ts';
import { echoed, planToy, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

const scene = toyScene('emit/a');
const requirements = [toyRequirement('E1')];

/** A run of one case. */
async function aRun(
  judgeOne: (view: View) => Judgement,
  options: Partial<RunOptions> = {},
  more: Partial<EmitTarget> = {},
  act = echoed,
) {
  const server = await echoServer();
  onTestFinished(() => server.close());
  const acting = { ...scene, act };
  const toy = { requirements, scenes: [acting], cases: [judge(acting, 'emit/x', 'x', { E1: judgeOne })] };
  return runPlans(planToy(toy, [toyTarget({ urls: { ws: server.url }, ...more })]), options);
}

const pass = (): Judgement => passed(['viewer']);
const fail = (): Judgement => failed({ rule: 'wrong', expected: 'right', actual: 'wrong' });

const throwing = (at: RunEvent['event'] | 'end'): Reporter & { readonly heard: string[] } => {
  const heard: string[] = [];
  return {
    name: 'json',
    heard,
    on: ({ event }) => {
      heard.push(event);
      if (event === at) throw new Error('disk full');
    },
    end: async () => {
      heard.push('end');
      if (at === 'end') throw new Error('disk full');
    },
  };
};

describe('a reporter that throws', () => {
  it.each(['header', 'case', 'footer', 'end'] as const)(
    'at the %s makes a success incomplete: exit 3',
    async (at) => {
      const result = await aRun(pass, { reporters: [throwing(at)] });
      expect(result).toMatchObject({ verdict: 'incomplete', exit: 3, unwritten: ['json: disk full'] });
      expect(result.reason).toBe('a report could not be written: json: disk full');
    },
  );

  it('makes no failure a lesser one', async () => {
    expect(await aRun(fail, { reporters: [throwing('header')] })).toMatchObject({ exit: 1 });
  });

  it('does not keep the others from hearing everything', async () => {
    const other = keeper();
    const { events } = await aRun(pass, { reporters: [throwing('header'), other] });
    expect(other.events.at(-1)).toMatchObject({ event: 'footer' });
    expect(other.events).toEqual(events);
  });

  it('is told nothing more', async () => {
    const broken = throwing('scene-started');
    await aRun(pass, { reporters: [broken] });
    expect(broken.heard).toEqual(['header', 'scene-started']);
  });

  it('is known by the verdict that the others are told', async () => {
    const { events } = await aRun(pass, { reporters: [throwing('case')] });
    expect(events.find(({ event }) => event === 'verdict')).toMatchObject({ verdict: 'incomplete', exit: 3 });
  });
});

it('tells a reporter that takes its time one event after the other', async () => {
  let busy = false;
  const slow: Reporter = {
    name: 'slow',
    on: async () => {
      expect(busy).toBe(false);
      busy = true;
      await new Promise((resolve) => setImmediate(resolve));
      busy = false;
    },
  };
  expect(await aRun(pass, { reporters: [slow] })).toMatchObject({ exit: 0, unwritten: [] });
});

describe('no event holds a secret', () => {
  const secret = 'tk_"secret"/0123456789+abc=';
  const target = {
    headers: { authorization: `Bearer ${secret}`, 'x-debug': 'true' },
    spaces: [{ id: 'space', tenant: 'own', tokens: { read: secret } }],
  } as const;

  /** Whether any text of the events holds the secret, or enough of it to be telling. */
  const leaks = (events: readonly RunEvent[]): boolean => {
    const text = JSON.stringify(events);
    const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    forms.push(Buffer.from(secret).toString('base64').slice(0, 20), secret.slice(0, 10));
    return forms.some((form) => text.includes(form) || text.includes(JSON.stringify(form).slice(1, -1)));
  };

  /** Sends something that the server says back, and fails on it. */
  const saidBack = (text: string, options: Partial<RunOptions> = {}) => {
    const act: typeof echoed = async (stage) => {
      await echoed(stage);
      const from = stage.recorder.position;
      stage.recorder.peer('viewer')?.send(text);
      await stage.recorder.next((event) => event.kind === 'frame', { from, ms: 5000 });
    };
    const judgeOne = (view: View): Judgement => {
      const frame = view.frames('viewer').at(-1);
      return failed({ rule: 'wrong', expected: 'x', actual: frame?.text ?? '', frame: frame?.seq ?? 0 });
    };
    return aRun(judgeOne, options, target, act);
  };

  it.each([
    ['plain', secret],
    ['in JSON', JSON.stringify({ token: secret })],
    ['in JSON within JSON', JSON.stringify({ data: JSON.stringify({ token: secret }) })],
    ['in a URL', `ws://127.0.0.1/?token=${encodeURIComponent(secret)}`],
    ['in base64', Buffer.from(`user:${secret}`).toString('base64')],
    ['where the excerpt is cut', `${'x'.repeat(160)}${secret}`],
  ])('that the server says back %s', async (_, text) => {
    const { events } = await saidBack(text);
    expect(JSON.stringify(events)).toContain('[redacted]');
    expect(leaks(events)).toBe(false);
  });

  it('nor does a recording that a reporter asks for; of several rounds there is none', async () => {
    const seen: string[] = [];
    const curious: Reporter = {
      name: 'curious',
      on: ({ event }, recordings) => {
        const recording = event === 'case' ? recordings.of('mine', scene.id) : undefined;
        if (recording) seen.push(JSON.stringify(recording));
      },
    };
    const text = Buffer.from(JSON.stringify(JSON.stringify(JSON.stringify({ [secret]: secret })))).toString(
      'base64',
    );
    await saidBack(text, { reporters: [curious] });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('[redacted]');
    expect([secret, text, text.slice(8, 30)].filter((form) => seen[0]?.includes(form))).toEqual([]);
    await saidBack(text, { reporters: [curious], repeat: 2 });
    expect(seen).toHaveLength(1);
  });

  it('and every event is still of its form, though a header says true', async () => {
    const { events } = await saidBack('{"ok":true}');
    expect(events.at(-1)).toEqual({ event: 'footer', complete: true, cases: 1 });
  });
});
