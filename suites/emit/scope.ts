import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject, type Json, sameJson } from '../../src/contract/json.ts';
import type { DataCell, DataRule, EmitRules } from '../../src/contract/rules.ts';
import { sightingOf } from '../../src/suite/canary.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { all, failed, instead, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { jobOf, messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import { isSent } from '../../src/surfaces/emit/withheld.ts';
import type { Frame } from '../../src/wire/event.ts';
import { alikeCases } from './alike.ts';
import { beginsConnected } from './space-begins.ts';
import { comparisons, isOpen } from './viewer-comparisons.ts';
import { withheldCase } from './withheld.ts';

const scopes = ['full', 'stripped'] as const;
type Scope = (typeof scopes)[number];

/** Every event type at every scope: what of its data is kept, hidden, and left in its place. */
export function scope(contract: SurfaceContract<EmitRules>): { scenes: Scene<EmitVerbs>[]; cases: Case[] } {
  const { rules } = contract;
  const cells = Object.keys(rules.events).flatMap((type) =>
    (['full', 'stripped'] as const).map((one) => ({ type, scope: one, cell: rules.events[type]?.data[one] })),
  );
  const made = everyType(rules);
  // What data of another event an init shows takes a scene of its own (last-progress).
  const here = cells.filter(({ cell }) => cell?.lastOf === undefined);
  return {
    scenes: [made],
    cases: [
      ...judgeEach(made, here, ({ type, scope: one, cell }) =>
        cell?.withheld ? withheldCase(type, cell, viewers.stripped) : cellCase(type, one, cell),
      ),
      ...judgeEach(made, Object.keys(rules.events), (type) => statusCase(rules, type)),
      ...judgeEach(
        made,
        Object.keys(rules.events).filter((type) => type !== 'init'),
        spaceCase(rules),
      ),
      ...comparisons(made, jobs, rules),
      ...alikeCases(made, jobs, rules),
      ...beginsConnected(made, contract),
    ],
  };
}

const viewers: Readonly<Record<Scope, readonly string[]>> = { full: ['full'], stripped: ['low', 'public'] };

/**
 * One job of each ending, so that every type is seen at once by a full viewer, a progress viewer, the
 * holder of the public token, and a space stream; with something planted in all that must be hidden.
 */
function everyType(rules: EmitRules): Scene<EmitVerbs> {
  // Who gets in otherwise, and is to see what another sees.
  const alike = Object.entries(rules.streams.job.admits).flatMap(([name, row]) => (row.alike ? [name] : []));
  return scene<EmitVerbs>(
    'emit',
    'emit/every-type',
    {
      title: 'every event type, at every scope and on both streams',
      needs: ['jobs', 'verb:checkpoint', 'verb:fail', 'token:read', 'token:progress'],
      cost: { jobs: 3, connections: 11 + 2 * alike.length },
    },
    async (emit) => {
      await emit.lease({ own: 1 });
      await emit.watchSpace('space');
      const start = async (job: string, maxRetries: number, timeoutSeconds?: number): Promise<string[]> => {
        await emit.job(job, { maxRetries, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) });
        await emit.watch(`full ${job}`, job);
        await emit.watch(`low ${job}`, job, { credential: 'progress' });
        await emit.watch(`public ${job}`, job, { credential: 'public' });
        for (const credential of alike) await emit.watch(`${credential} ${job}`, job, { credential });
        return [`full ${job}`, `low ${job}`, ...(emit.isOpen(`public ${job}`) ? [`public ${job}`] : [])];
      };
      const perform = async (
        job: string,
        peers: readonly string[],
        verb: string,
        body: Json,
        type: string,
      ): Promise<void> => {
        const from = emit.position;
        if (verb === 'clock') await emit.clock(job, 1);
        else await emit.act(job, verb, body);
        const told = peers.filter((peer) =>
          isSent(rules, type, peer.startsWith('full') ? 'full' : 'stripped'),
        );
        await emit.await(`${type} of ${job}`, [...told, 'space'], job, type, { from });
      };
      const one = await start('one', 1);
      await perform('one', one, 'poll', {}, 'delivered');
      await perform('one', one, 'ack', {}, 'acked');
      await perform(
        'one',
        one,
        'progress',
        { percent: 12.5, message: 'first', nonce: emit.nonce, n: 1, custom: { deep: [1, null, 'ü'] } },
        'progress',
      );
      await perform(
        'one',
        one,
        'checkpoint',
        { blob: emit.canary('checkpoint'), nonce: emit.nonce },
        'checkpoint',
      );
      await perform('one', one, 'fail', { error: `it broke: ${emit.canary('error:first')}` }, 'retried');
      await perform('one', one, 'poll', {}, 'delivered');
      await perform('one', one, 'ack', {}, 'acked');
      await perform('one', one, 'complete', { url: emit.canary('result'), nonce: emit.nonce }, 'completed');
      const two = await start('two', 0, 1);
      await perform('two', two, 'poll', {}, 'delivered');
      await perform('two', two, 'clock', {}, 'delivery_timeout');
      await perform('two', two, 'poll', {}, 'delivered');
      await perform('two', two, 'ack', {}, 'acked');
      await perform(
        'two',
        two,
        'progress',
        { percent: 1, message: 'a sign of life', nonce: emit.nonce, n: 1 },
        'progress',
      );
      await perform('two', two, 'fail', { error: `for good: ${emit.canary('error:last')}` }, 'dead');
      for (const peer of [...one, ...two, 'space']) await emit.ping(peer, `fence ${peer}`);
    },
  );
}

const jobs = ['one', 'two'] as const;

/** Frames of one type that the viewers of a scope got; a viewer that the target has no token for is passed over. */
function framesOf(view: View, type: string, of: Scope): Frame[] {
  return viewers[of].flatMap((viewer) =>
    jobs.flatMap((job) =>
      view.has(`${viewer} ${job}`)
        ? view.frames(
            `${viewer} ${job}`,
            (frame) =>
              typeOf(frame) === type &&
              jobOf(view.recording, frame) === view.job(job).id &&
              !isAfterTheEnd(view, frame),
          )
        : [],
    ),
  );
}

function onEach(view: View, type: string, of: Scope, judgeFrame: (frame: Frame) => Judgement): Judgement {
  if (type !== 'init') needType(view, type);
  const frames = framesOf(view, type, of);
  if (frames.length === 0)
    return untestable(`no ${type} event reached a ${of === 'full' ? 'full' : 'progress'} viewer`);
  return all(frames.map(judgeFrame));
}

/** That the type was due at all: its call must have been taken. */
function needType(view: View, type: string): void {
  const job = type === 'dead' || type === 'delivery_timeout' ? 'two' : 'one';
  const step = view.maybeStep(`${type} of ${job}`);
  if (!step) view.step(`${type} of ${job}`);
}

function cellCase(type: string, of: Scope, cell: DataCell | undefined) {
  const verb = cell?.kept ? 'kept' : cell?.hidden ? 'stripped' : 'none';
  const checks: Record<string, (view: View) => Judgement> = {};
  if (cell?.kept)
    Object.assign(
      checks,
      each(cell.kept, (view) => onEach(view, type, of, (frame) => isKept(view, type, frame))),
    );
  for (const [rule, ids] of Object.entries(cell?.left ?? {})) {
    Object.assign(
      checks,
      each(ids, (view) => onEach(view, type, of, (frame) => isLeft(rule as DataRule, frame))),
    );
  }
  if (cell?.hidden)
    Object.assign(
      checks,
      each(cell.hidden, (view) => onEach(view, type, of, (frame) => isHidden(view, frame))),
    );
  const who = of === 'full' ? 'a reader' : 'a progress viewer';
  const title = {
    kept: `${who} gets the data of ${type} as it was sent`,
    stripped: `${who} sees nothing of the data of ${type}`,
    none: `${type} bears no data for ${who}`,
  }[verb];
  return {
    id: `emit/scope/${type}/${verb}-for-${of === 'full' ? 'read' : 'progress'}`,
    title,
    checks,
    covers: [`scope/${type}/${of}`],
  };
}

/** `data` equals what the worker's call carried; the server adds the attempt number to a retry. */
function isKept(view: View, type: string, frame: Frame): Judgement {
  const data = messageOf(frame)?.data;
  const verb = {
    progress: 'progress',
    checkpoint: 'checkpoint',
    completed: 'complete',
    retried: 'fail',
    dead: 'fail',
  }[type];
  const id = jobOf(view.recording, frame);
  const job = Object.values(view.recording.jobs).find((one) => one.id === id);
  const sent = (job?.calls ?? [])
    .filter((call) => call.verb === verb && call.accepted)
    .map((call) => call.body);
  if (sent.length === 0) return untestable(`no accepted call of the worker that ${type} could be about`);
  const holds = sent.some((body) =>
    isObject(body) && isObject(data) && (type === 'retried' || type === 'dead')
      ? Object.entries(body).every(([key, value]) => sameJson(data[key], value))
      : sameJson(body, data),
  );
  if (holds) return passed([frame.peer]);
  return failed({
    rule: `data ${type}`,
    expected: `data ${show(sent[0])}`,
    ...instead(data),
    frame: frame.seq,
    pointer: '/data',
  });
}

function isLeft(rule: DataRule, frame: Frame): Judgement {
  const message = messageOf(frame);
  const isNull = message?.data === null;
  const isAbsent = message !== undefined && !Object.hasOwn(message, 'data');
  const holds = (isNull && rule !== 'absent') || (isAbsent && rule !== 'null');
  if (holds) return passed([frame.peer]);
  const expected = { null: 'data: null', absent: 'no data', 'absent-or-null': 'no data, or null' }[rule];
  const actual = isAbsent ? 'no data key' : `data ${show(message?.data)}`;
  return failed({
    rule: 'data',
    expected,
    ...instead(message?.data, '/data'),
    actual,
    frame: frame.seq,
  });
}

/** Nothing of what was planted, and nothing that stands where it stood. */
function isHidden(view: View, frame: Frame): Judgement {
  for (const [name, canary] of Object.entries(view.recording.canaries)) {
    const sighting = sightingOf(canary, frame.text, frame.message);
    if (!sighting) continue;
    const actual = `a planted secret (canary "${name}", ${sighting.form}${sighting.at >= 0 ? `, byte ${sighting.at} of the frame` : ''})`;
    return failed({
      rule: 'leak',
      expected: 'nothing of the data',
      actual,
      shape: `canary ${name}`,
      frame: frame.seq,
    });
  }
  const data = messageOf(frame)?.data;
  if (isObject(data) && ['error', 'attemptNumber'].some((key) => Object.hasOwn(data, key))) {
    return failed({
      rule: 'leak',
      expected: 'nothing of the data',
      ...instead(data, '/data'),
      actual: `data ${show(data)}`,
      frame: frame.seq,
    });
  }
  return passed([frame.peer]);
}

function statusCase(rules: EmitRules, type: string) {
  const rule = rules.events[type];
  const allowed = Object.keys(rule?.status ?? {});
  const ids = [...new Set(Object.values(rule?.status ?? {}).flat())];
  return {
    id: `emit/status/${type}`,
    title: `${type} bears the status ${allowed.join(' or ')}`,
    checks: each(ids, (view: View) =>
      all(
        scopes
          .filter((of) => isSent(rules, type, of))
          .map((of) =>
            onEach(view, type, of, (frame) => {
              const status = messageOf(frame)?.status;
              return typeof status === 'string' && allowed.includes(status)
                ? passed([frame.peer])
                : failed({
                    rule: 'status',
                    expected: allowed.join(' or '),
                    ...instead(status),
                    frame: frame.seq,
                    pointer: '/status',
                  });
            }),
          ),
      ),
    ),
    covers: [`status/${type}`],
  };
}

/** Each type reaches the space stream too, whole. */
function spaceCase(rules: EmitRules) {
  return (type: string) => ({
    id: `emit/space/${type}`,
    title: `the space stream carries ${type}, whole`,
    checks: {
      E40: (view: View): Judgement => {
        needType(view, type);
        if (!isOpen(view, 'space')) return untestable('the space stream did not open');
        if (onSpace(view, type).length > 0) return passed(['space']);
        return failed({
          rule: `missing ${type}`,
          expected: `a ${type} event on the space stream`,
          actual: 'none',
        });
      },
      ...(rules.events[type]?.data.full?.kept
        ? {
            E43: (view: View): Judgement => {
              const frames = onSpace(view, type);
              if (frames.length === 0) return untestable(`no ${type} event on the space stream`);
              return all(frames.map((frame) => isKept(view, type, frame)));
            },
          }
        : {}),
    },
  });
}

/** Until the drain the stream stays open, and shows the jobs of scenes that lease the space after this one. */
function onSpace(view: View, type: string): readonly Frame[] {
  const ours = new Set<string | undefined>(jobs.flatMap((name) => view.recording.jobs[name]?.id ?? []));
  return view.frames(
    'space',
    (frame) =>
      typeOf(frame) === type && ours.has(jobOf(view.recording, frame)) && !isAfterTheEnd(view, frame),
  );
}

/** What follows the end of its job is another rule's business, whatever it says. */
function isAfterTheEnd(view: View, frame: Frame): boolean {
  const job = jobOf(view.recording, frame);
  const ends = (other: Frame): boolean =>
    ['completed', 'dead'].includes(typeOf(other) ?? '') && jobOf(view.recording, other) === job;
  return view.frames(frame.peer, ends).some((end) => end.seq < frame.seq);
}
