import { describe, expect, it } from 'vitest';
import { type Monitor, type MonitorContext, monitor, type Report } from '../suite/monitor.ts';
import { on, type Written, written } from '../suite/written-recording.ts';
import type { EmitTarget } from '../target/target.ts';
import type { WireEvent } from '../wire/event.ts';
import { judgeTarget } from './judge.ts';
import { calm, results, scene } from './judge-toy.ts';
import { planToy, toyRequirement, toyScene, toyTarget } from './toy-suite.ts';

const { frame } = on('viewer');
const proof = frame('a-nonce');
const finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };

type Speak = (report: Report, event: WireEvent, context: MonitorContext) => void;

/** A monitor that says the same of every event. */
function watching(speak: Speak, checks: readonly string[] = ['E1']): Monitor {
  return monitor({
    id: 'emit/always/m',
    title: 'm',
    surface: 'emit',
    per: 'run',
    checks,
    start: () => ({}),
    step: (_, event, report, context) => speak(report, event, context),
  });
}

describe('what becomes of a monitor', () => {
  const monitored = (
    speak: (report: Report, event: WireEvent) => void,
    recording: Written | undefined,
    circumstances = calm,
  ) => {
    return results({ monitors: [watching(speak)] }, recording, { circumstances }).results[0];
  };
  const saw = (report: Report, event: WireEvent): void => report.saw('E1', event);

  it('passes where it could judge on a proven connection', () => {
    expect(monitored(saw, { events: [proof] })).toMatchObject({ outcome: 'passed', case: 'emit/always/m' });
  });

  it('says nothing of a requirement by its findings of another', () => {
    const one = watching(
      (report, event) => {
        report.find('E1', finding, event);
        report.saw('E10', event);
      },
      ['E1', 'E10'],
    );
    const requirements = [toyRequirement('E1'), toyRequirement('E10')];
    expect(results({ requirements, monitors: [one] }, { events: [proof] }).results).toMatchObject([
      { requirement: 'E1', outcome: 'failed' },
      { requirement: 'E10', outcome: 'passed' },
    ]);
  });

  it('tells twenty of its findings, however many scenes show it', () => {
    const scenes = [scene, toyScene('emit/b')];
    const one = watching((report, event) => report.find('E1', finding, event));
    const [plan] = planToy({ requirements: [toyRequirement('E1')], scenes, monitors: [one] });
    const events = Array.from({ length: 15 }, () => proof);
    const recordings = new Map(scenes.map(({ id }) => [id, written({ scene: id, events })]));
    const judged = plan && judgeTarget(plan, recordings, calm).results[0];
    expect(judged?.findings).toHaveLength(20);
  });

  it('adds up how often a target went through a cell of the rules, in all scenes', () => {
    const scenes = [scene, toyScene('emit/b')];
    const one = watching((report, event) => report.passes(`a/${event.kind}`, event));
    const [plan] = planToy({ requirements: [toyRequirement('E1')], scenes, monitors: [one] });
    const recordings = new Map(scenes.map(({ id }) => [id, written({ scene: id, events: [proof, proof] })]));
    expect(plan && judgeTarget(plan, recordings, calm).seen).toEqual(new Map([['a/frame', 4]]));
  });

  it.each([
    ['threw', { kind: 'threw', reason: 'out of memory' }, 'the scene emit/b broke: out of memory'],
    ['died beside others', { kind: 'died', alone: false, reason: 'it died' }, 'it died'],
  ] as const)(
    'does not pass where a later scene %s, though the first one ended well',
    (_, ending, reason) => {
      const scenes = [scene, toyScene('emit/b')];
      const one = watching(saw);
      const [plan] = planToy({ requirements: [toyRequirement('E1')], scenes, monitors: [one] });
      const recordings = new Map([
        ['emit/a', written({ scene: 'emit/a', events: [proof] })],
        ['emit/b', written({ scene: 'emit/b', ending })],
      ]);
      expect(plan && judgeTarget(plan, recordings, calm).results).toMatchObject([
        { outcome: 'error', reason },
      ]);
    },
  );

  it('is told in which role the target is', () => {
    const roles: string[] = [];
    const one = watching((_report, _event, { role }) => void roles.push(role));
    results({ monitors: [one] }, { events: [proof] });
    const relay = { ...toyTarget(), surface: 'pusher', role: 'relay' } as unknown as EmitTarget;
    results({ monitors: [one] }, { events: [proof] }, { target: relay });
    expect(roles).toEqual(['application', 'relay']);
  });

  it('gathers no pass on connections that nothing proves', () => {
    expect(monitored(saw, { events: [frame('{}')] })).toMatchObject({
      outcome: 'untestable',
      reason: 'no proof of life on any connection that showed it',
    });
  });

  it('may fail on connections that nothing proves', () => {
    expect(
      monitored((report, event) => report.find('E1', finding, event), { events: [frame('{}')] }),
    ).toMatchObject({
      outcome: 'failed',
      findings: [{ ...finding, frame: 0, scene: 'emit/a' }],
    });
  });

  it('cannot tell where nothing was there to be judged', () => {
    expect(monitored(() => {}, { events: [proof] })).toMatchObject({
      outcome: 'untestable',
      reason: 'nothing was seen that it could judge',
    });
  });

  it('does not pass where a scene broke: it has not seen the whole', () => {
    const ending = { kind: 'threw', reason: 'out of memory' } as const;
    expect(monitored(saw, { ending, events: [proof] })).toMatchObject({
      outcome: 'error',
      reason: 'the scene emit/a broke: out of memory',
    });
  });

  it('is not run in an interrupted run, unless it failed', () => {
    const interrupted = { interrupted: true };
    const found = (report: Report, event: WireEvent): void => report.find('E1', finding, event);
    expect(monitored(saw, { events: [proof] }, interrupted)).toMatchObject({ outcome: 'not-run' });
    expect(monitored(found, { events: [proof] }, interrupted)).toMatchObject({ outcome: 'failed' });
  });

  it('that breaks is an error of ours, and no verdict on anything', () => {
    const breaks = (): never => {
      throw new Error('out of ideas');
    };
    expect(monitored(breaks, { events: [proof] })).toMatchObject({
      outcome: 'error',
      reason: 'the monitor broke: out of ideas',
    });
  });
});
