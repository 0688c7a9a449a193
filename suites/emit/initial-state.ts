import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { EmitRules } from '../../src/contract/rules.ts';
import { type Case, judgeEach } from '../../src/suite/case.ts';
import { failed, instead, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import { admitted } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import { eventRule } from '../../src/surfaces/emit/event-rule.ts';
import { jobOf, messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';

/** Somebody joins at each state of a job, and learns that state first. */
export function initialState(contract: SurfaceContract<EmitRules>): {
  scenes: Scene<EmitVerbs>[];
  cases: Case[];
} {
  const states = contract.rules.automaton.states;
  return {
    scenes: [joinAtEachState],
    cases: [
      ...judgeEach(joinAtEachState, states, stateCase(contract.rules)),
      ...finishedCases,
      ...atOnceCases,
    ],
  };
}

/**
 * A joiner is proven by what happens after it joined. One that joins after the end gets nothing that could
 * hold a nonce (its init may have no name, A26), so its check rests on who watched that job to its end.
 */
const restsOn: Readonly<Record<string, string>> = { completed: 'at running', dead: 'dead witness' };

const joinAtEachState = scene<EmitVerbs>(
  'emit',
  'emit/join-at-each-state',
  {
    title: 'a viewer joins at each state of a job',
    needs: ['jobs', 'verb:fail', 'token:read'],
    cost: { jobs: 2, connections: 8 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('at pending', 'job');
    await emit.act('job', 'poll');
    await emit.watch('at delivered', 'job');
    await emit.act('job', 'ack');
    await emit.watch('at running', 'job');
    await emit.watch('low at running', 'job', { credential: 'progress' });
    const from = emit.position;
    await emit.act('job', 'progress', { percent: 80, message: 'proof', nonce: emit.nonce, n: 1 });
    const watching = ['at pending', 'at delivered', 'at running'];
    await emit.await('proof', watching, 'job', 'progress', { from });
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('end', watching, 'job', 'completed', { from });
    await emit.watch('at completed', 'job');
    await emit.ping('at completed', 'settled at completed');
    await emit.job('dead', { maxRetries: 0 });
    await emit.watch('dead witness', 'dead');
    await emit.act('dead', 'poll');
    await emit.act('dead', 'ack');
    await emit.act('dead', 'fail', { error: emit.nonce });
    await emit.await('death', ['dead witness'], 'dead', 'dead');
    await emit.watch('at dead', 'dead');
    await emit.ping('at dead', 'settled at dead');
  },
);

const stateCase = (rules: EmitRules) => (state: string) => {
  const peer = `at ${state}`;
  const rests = [restsOn[state] ?? peer];
  return {
    id: `emit/init/${state}`,
    title: `a viewer that joins a ${state} job gets an init with that status first`,
    checks: {
      E21: (view: View): Judgement => {
        view.step(`init ${peer}`);
        const [first] = view.frames(peer);
        if (!first) return failed({ rule: 'silent', expected: 'an init at once', actual: 'no frame' });
        const message = messageOf(first);
        if (typeOf(first) !== 'init')
          return failed({
            rule: 'not-init',
            expected: 'init first',
            ...instead(message),
            frame: first.seq,
          });
        return message?.status === state
          ? passed(rests)
          : failed({
              rule: 'stale',
              expected: `status ${state}`,
              ...instead(message?.status),
              frame: first.seq,
              pointer: '/status',
            });
      },
      E22: (view: View): Judgement => {
        view.step(`init ${peer}`);
        const allowed = { pending: 4, delivered: 3, running: 2, completed: 0, dead: 0 }[state];
        // Events of other jobs, what comes twice and what comes after the end break rules of their own.
        const { job } = view.peer(peer).about;
        const live = view.frames(peer, (frame) => {
          const type = typeOf(frame) ?? '';
          const isBeyond = rules.furtherEvents && !eventRule(rules, type);
          return type !== 'init' && !isBeyond && jobOf(view.recording, frame) === job;
        });
        const end = live.findIndex((frame) => ['completed', 'dead'].includes(typeOf(frame) ?? ''));
        const after = live.filter(
          (frame, at) => live.findIndex(({ text }) => text === frame.text) === at && (end < 0 || at <= end),
        );
        if (allowed === undefined) return untestable('no state of the flow');
        return after.length <= allowed
          ? passed(rests)
          : failed({
              rule: 'replayed',
              expected: `at most ${allowed} events after the init`,
              actual: after.map(typeOf).join(', '),
              frame: after[0]?.seq ?? 0,
            });
      },
      E21i: (view: View): Judgement => {
        const step = view.maybeStep(`init ${peer}`);
        if (!step) view.step(`init ${peer}`);
        return step?.outcome === 'ok'
          ? passed(rests)
          : failed({
              rule: 'late',
              expected: 'init within the answer deadline',
              actual: step?.reason ?? 'none',
            });
      },
    },
    covers: [`init/${state}`],
  };
};

const finishedCases: Case[] = judgeEach(joinAtEachState, ['completed', 'dead'], (state) => ({
  id: `emit/init/${state}-is-learnt-late`,
  title: `a viewer that comes after a job is ${state} still learns so`,
  checks: {
    E44i: (view: View): Judgement => {
      const peer = `at ${state}`;
      const entry = admitted(view, peer);
      if (entry.kind !== 'passed') return entry;
      view.step(`init ${peer}`);
      const learnt = view.frames(peer, (frame) => messageOf(frame)?.status === state);
      if (learnt.length === 0)
        return failed({ rule: 'never-learnt', expected: `status ${state}`, actual: 'never seen' });
      const closed = view.of(peer).find((event) => event.kind === 'closed');
      const value = closed?.kind === 'closed' && closed.by === 'them' ? 'closes' : 'stays-open';
      return passed([restsOn[state] ?? peer], {
        readings: [{ point: 'A31.finished', value, frame: closed?.seq ?? 0 }],
      });
    },
  },
}));

const atOnceCases: Case[] = judgeEach(joinAtEachState, ['at pending'], (peer) => ({
  id: 'emit/submit-and-watch/at-once',
  title: 'a viewer that connects at once after the creation of a job is let in and gets its init',
  checks: {
    E44: (view: View): Judgement => {
      const entry = admitted(view, peer);
      return entry.kind === 'passed' && view.step(`init ${peer}`).outcome === 'ok' ? passed([peer]) : entry;
    },
    E20: (view: View): Judgement => {
      view.job('job');
      return view.answer(peer).kind === 'opened'
        ? passed([peer])
        : failed({ rule: 'refused', expected: 'the id opens the stream of the job', actual: 'refused' });
    },
  },
}));
