import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject, type Json } from '../../src/contract/json.ts';
import type { PusherRules, Row, SubscribeTry } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { channelOf, eventOf, protocolEvent, subscriptionAnswer } from '../../src/surfaces/pusher/message.ts';
import { fill, lacking, type Values } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { cutOff } from './cut-off.ts';
import { answerOf, endOf, reading, said, stillThere, wrong } from './frames.ts';
import { isolation, nothingOn } from './isolation.ts';

type SubscribeRow = Row<SubscribeTry>;

const peerOf = (row: string): string => (row === 'right' ? 'twin' : `row ${row}`);

/** Every way to ask for the own channel, with something that happens on it afterwards. */
export function subscribe({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const rows = Object.entries(rules.channelAuth.rows);
  const made = subscribeScene(rows);
  return {
    scenes: [made],
    cases: [
      ...judgeEach(made, rows, ([name, row]) => ({
        ...rowCase(rules, name, row),
        covers: [`channel-auth/${name}`],
        applies: { offers: row.offers ?? [] },
      })),
      ...comingAndGoing(rules, made),
      ...isolation(rules, made),
    ],
  };
}

/**
 * All the connections of this scene are there before anything happens; then a job of another client and one
 * of our own run, and a ping on each connection fences what must not have reached it.
 */
function subscribeScene(rows: readonly (readonly [string, SubscribeRow])[]): Scene<PusherVerbs> {
  return scene<PusherVerbs>(
    'pusher',
    'pusher/subscribe',
    {
      title: 'every way to ask for the own channel, and two jobs',
      needs: ['ws', 'sign', 'emit'],
      cost: { jobs: 2, connections: rows.length + 5 },
    },
    async (verbs) => {
      const { connections, auth } = verbs;
      const own = auth.channel('own');
      await connections.connect('twin', { about: { channel: own } });
      await connections.join('twin', own);
      const tried = rows.filter(([name, row]) => name !== 'right' && (row.offers ?? []).every(verbs.offers));
      const ready = await Promise.all([
        ...tried.map(([name, row]) => tryRow(verbs, name, row)),
        connections.connect('stranger', { away: true }).then(() => 'stranger'),
        joined(verbs, 'leaver', async () => {
          connections.leave('leaver', own);
          await connections.ping('leaver', { step: 'left' });
        }),
        joined(verbs, 'again', async () => {
          const signed = await auth.right(connections.socketId('again'), own);
          await connections.attempt('again', own, { step: 'second subscription', auth: signed?.auth ?? '' });
        }),
        unjoined(verbs),
        auth.client('other') === undefined && !auth.hasSecret
          ? undefined
          : connections.connect('other').then(async () => {
              await connections.join('other', auth.channel('other'));
              return 'other';
            }),
      ]);
      await verbs.emit('theirs', 'other', 'other');
      await verbs.emit('mine', 'own', 'twin');
      await Promise.all(
        ['twin', ...ready].map((peer) => peer && connections.ping(peer, { step: `fence ${peer}` })),
      );
    },
  );
}

async function joined(verbs: PusherVerbs, peer: string, then: () => Promise<void>): Promise<string> {
  await verbs.connections.connect(peer);
  await verbs.connections.join(peer, verbs.auth.channel('own'));
  await then();
  return peer;
}

async function unjoined(verbs: PusherVerbs): Promise<string> {
  const { connections } = verbs;
  await connections.connect('unjoined');
  connections.leave('unjoined', `plumbline-${verbs.nonce}`);
  await connections.ping('unjoined', { step: 'left nothing' });
  await connections.join('unjoined', verbs.auth.channel('own'));
  return 'unjoined';
}

async function tryRow(verbs: PusherVerbs, name: string, row: SubscribeRow): Promise<string> {
  const peer = peerOf(name);
  const { connections, auth } = verbs;
  const own = auth.channel('own');
  await connections.connect(peer, { away: true, about: { channel: own, row: name } });
  const values = await auth.values(
    connections.socketId(peer),
    own,
    connections.socketId('twin'),
    row.channelData,
  );
  const template = row.json === undefined ? row.auth : JSON.stringify(row.json);
  const lacks = typeof template === 'string' ? lacking(template, values) : [];
  if (lacks.length > 0) {
    verbs.waits.skip(`attempt ${name}`, 'subscribe', `nothing makes ${lacks.join(' and ')}`);
    return peer;
  }
  await connections.attempt(peer, own, {
    step: `attempt ${name}`,
    ...authOf(row, values),
    ...(row.channelData === undefined ? {} : { channelData: row.channelData }),
  });
  return peer;
}

function authOf(row: SubscribeRow, values: Values): { readonly auth?: Json } {
  if (row.json !== undefined) return { auth: filled(row.json, values) };
  return typeof row.auth === 'string' ? { auth: fill(row.auth, values) } : {};
}

function filled(value: Json, values: Values): Json {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, values)]));
  return value;
}

function rowCase(rules: PusherRules, name: string, row: SubscribeRow) {
  const id = `pusher/subscribe/${name}`;
  const peer = peerOf(name);
  const { refusal, succeeded } = rules.channelAuth;
  if ('admitted' in row) {
    return {
      id,
      title: `the own channel opens to ${row.says}`,
      checks: {
        ...each(row.admitted, (view: View) => granted(view, name)),
        ...(name === 'right' ? each(succeeded.confirmed, (view: View) => granted(view, name, true)) : {}),
      },
    };
  }
  if (!('refused' in row)) {
    return {
      id,
      title: `the own channel opens to ${row.says}, or stays shut`,
      checks: each(refusal.survives, (view: View) => undecided(view, name, row.openPoint)),
    };
  }
  return {
    id,
    title: `the own channel stays shut to ${row.says}`,
    checks: {
      ...each(row.refused, (view: View) => refused(view, name)),
      ...each(refusal.silent, (view: View) => silent(view, name)),
      ...each(refusal.survives, (view: View) => {
        const judgement = refused(view, name);
        if (judgement.kind === 'failed') return notRefused;
        return judgement.kind === 'passed'
          ? (stillThere(view, peer, `fence ${peer}`) ?? passed([peer]))
          : judgement;
      }),
      ...each(refusal.named, (view: View) => named(view, name)),
    },
  };
}

/** Its own requirement says so; what is asked of refusals has nothing to be asked of. */
const notRefused: Judgement = { kind: 'not-applicable', reason: 'it was not refused at all' };

const channelTried = (view: View, peer: string): string => view.peer(peer).about.channel ?? '';

function grants(view: View, name: string) {
  const peer = peerOf(name);
  const channel = channelTried(view, peer);
  // What the proof may have joined before was left again.
  const from = name === 'right' ? 0 : (view.maybeStep(`attempt ${name}`)?.from ?? 0);
  return view.frames(
    peer,
    (frame) => frame.seq >= from && subscriptionAnswer(frame, channel) === 'granted',
  )[0];
}

/**
 * A refusal breaks what says that the channel opens; silence breaks what says that this is confirmed, and on a
 * connection that has seen confirmations before, both. Who hangs up instead has confirmed nothing either.
 */
function granted(view: View, name: string, confirms = false): Judgement {
  const peer = peerOf(name);
  const step = view.maybeStep(name === 'right' ? 'join twin' : `attempt ${name}`);
  if (!step) view.step('join twin');
  // Without a socket id there was nothing to sign.
  view.step(`established ${peer}`);
  if (grants(view, name)) return passed([peer]);
  const channel = channelTried(view, peer);
  const answer = answerOf(view, peer, channel, step?.from ?? 0);
  const expected = 'subscription_succeeded with the name of the channel';
  if (name !== 'right' && !grants(view, 'right'))
    return untestable('the right signature was not granted either');
  if (answer) {
    return confirms
      ? untestable('it was refused, so there was nothing to confirm')
      : wrong('refused', expected, said(answer.frame), answer.frame);
  }
  if (!view.of(peer).some((event) => event.kind === 'opened') || endOf(view, peer)) {
    const cut = confirms ? cutOff(view) : undefined;
    return cut
      ? wrong('cut-off', expected, `${cut.peer} was closed with ${cut.code}`, cut)
      : untestable(`${peer} was not there to ask`);
  }
  const isProven = view.maybeStep(`proof ${peer}`)?.outcome === 'ok';
  return isProven || confirms
    ? wrong('unconfirmed', expected, 'no answer')
    : untestable('it was not answered at all');
}

function refused(view: View, name: string): Judgement {
  const peer = peerOf(name);
  view.step(`attempt ${name}`);
  const frame = grants(view, name);
  if (frame) return wrong('admitted', 'no subscription_succeeded', said(frame), frame);
  if (granted(view, 'right').kind !== 'passed')
    return untestable('the right signature was not granted either');
  // A connection that was closed for it has refused, too: that it goes on is another requirement's matter.
  if (endOf(view, peer)) return passed(['twin']);
  view.step(`fence ${peer}`);
  return passed(['twin']);
}

/** After the refusal, nothing of the channel comes, though something happened there. */
function silent(view: View, name: string): Judgement {
  const peer = peerOf(name);
  const { from } = view.step(`attempt ${name}`);
  if (grants(view, name)) return notRefused;
  const channel = channelTried(view, peer);
  return nothingOn(
    view,
    peer,
    'mine',
    'twin',
    (frame) => frame.seq >= from && channelOf(frame) === channel && !isAnswer(frame),
  );
}

function isAnswer(frame: Parameters<typeof eventOf>[0]): boolean {
  return /^pusher/.test(eventOf(frame) ?? '');
}

function named(view: View, name: string): Judgement {
  const peer = peerOf(name);
  const step = view.step(`attempt ${name}`);
  const event = view.recording.events[step.events[0] ?? -1];
  if (event?.kind !== 'frame') return untestable('no frame refused it');
  const channel = channelTried(view, peer);
  if (subscriptionAnswer(event, channel) === 'granted') return notRefused;
  if (subscriptionAnswer(event, channel) !== 'refused') return untestable('it was not refused');
  const value = eventOf(event) === protocolEvent.error ? 'error' : 'subscription_error';
  return channelOf(event) === channel
    ? passed([peer], { readings: [reading('A10', value, event)] })
    : wrong('unnamed', `a refusal that names ${channel}`, said(event), event);
}

function undecided(view: View, name: string, point: string): Judgement {
  const peer = peerOf(name);
  const step = view.step(`attempt ${name}`);
  const gone = stillThere(view, peer, `fence ${peer}`);
  if (gone) return gone;
  const value = grants(view, name) ? 'admitted' : 'refused';
  return passed([peer], { readings: [{ point, value, frame: step.events[0] ?? step.from }] });
}

function comingAndGoing(rules: PusherRules, made: Scene<PusherVerbs>): Case[] {
  const { again, leave } = rules.channelAuth;
  return [
    judge(
      made,
      'pusher/subscribe/again',
      'a second subscription to a channel neither closes the connection nor doubles its events',
      each(again.harmless, (view) => harmless(view, again.openPoint)),
    ),
    judge(
      made,
      'pusher/subscribe/left',
      'a channel that was left sends nothing more',
      each(leave.silent, (view) => {
        view.step('join leaver');
        const from = view.step('left').to;
        return nothingOn(view, 'leaver', 'mine', 'twin', (frame) => frame.seq >= from && !isAnswer(frame));
      }),
    ),
    judge(
      made,
      'pusher/subscribe/left-nothing',
      'leaving a channel that was never joined leaves the connection in use',
      each(leave.unknown, (view) => {
        const gone = stillThere(view, 'unjoined', 'left nothing');
        if (gone) return gone;
        view.step('join unjoined');
        return sameAsTwin(view, 'unjoined');
      }),
    ),
  ];
}

function harmless(view: View, point: string): Judgement {
  const step = view.step('second subscription');
  if (endOf(view, 'twin')) return untestable('connections that subscribed once are closed too');
  const gone = stillThere(view, 'again', 'fence again');
  if (gone) return gone;
  const same = sameAsTwin(view, 'again');
  if (same.kind !== 'passed') return same;
  // All of a channel may be doubled for one that asked twice; what doubles everything is another matter.
  if (repeats(view, 'other', 'theirs') > 0) return untestable('events are doubled on other channels too');
  const doubled = repeats(view, 'again', 'mine');
  if (doubled > 0) return wrong('doubled', 'each event once', `${doubled} of them again`);
  const event = view.recording.events[step.events[0] ?? -1];
  if (event?.kind !== 'frame') return same;
  const value = eventOf(event) === protocolEvent.succeeded ? 'success' : 'error';
  return passed(same.rests, { readings: [reading(point, value, event)] });
}

/** How many events of a job a connection has had more than once. */
function repeats(view: View, peer: string, job: string): number {
  if (!view.has(peer)) return 0;
  const texts = view.frames(peer, (frame) => frame.text.includes(view.job(job).id)).map(({ text }) => text);
  return texts.length - new Set(texts).size;
}

/** As many events of our own job as the twin has had. */
function sameAsTwin(view: View, peer: string): Judgement {
  view.step('end of mine');
  const count = (of: string): number =>
    view.frames(of, (frame) => frame.text.includes(view.job('mine').id)).length;
  const [expected, actual] = [count('twin'), count(peer)];
  return expected === actual
    ? passed([peer, 'twin'])
    : wrong('another-number', `${expected} events of the job, as on the twin`, String(actual));
}
