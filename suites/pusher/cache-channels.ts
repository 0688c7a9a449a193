import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type Json, sameJson } from '../../src/contract/json.ts';
import type { CachedKind } from '../../src/contract/pusher-features.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { instead, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import {
  channelOf,
  eventOf,
  isChannelEvent,
  messageOf,
  protocolEvent,
  subscriptionAnswer,
} from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Frame, WireEvent } from '../../src/wire/event.ts';
import { sealedData } from './encrypted.ts';
import { said, wrong } from './frames.ts';

type Kinds = readonly (readonly [string, CachedKind])[];

/** The name of the events on a kind of channel. */
const eventName = (kind: string, nonce: string): string => `cached-${kind}-${nonce}`;

/** Channels that tell a newcomer what was said last. */
export function cacheChannels({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const kinds = Object.entries(rules.features.cache.channels);
  const made = cacheScene(rules, kinds);
  return {
    scenes: [made],
    cases: judgeEach(made, kinds, ([name, kind]) => ({
      id: `pusher/cache-channels/${name}`,
      title:
        'plain' in kind
          ? `nothing is replayed on ${kind.says}`
          : `the last event is replayed to a newcomer on ${kind.says} with ${kind.prefix} in front`,
      checks:
        'plain' in kind
          ? each(kind.plain, (view: View) => nothingReplayed(view, name, kind.prefix))
          : {
              ...each(kind.cached, (view: View) => isCached(view, name, kind.prefix)),
              ...each(kind.replayed, (view: View) => replayed(view, name, kind.prefix)),
              ...each(kind.missed, (view: View) => missed(view, name, kind.prefix)),
            },
      covers: [`cache/${name}`],
      applies: { offers: kind.offers ?? [] },
    })),
  };
}

const channelFor = (prefix: string, nonce: string): string => `${prefix}plumbline-${nonce}`;

/** Each kind of channel: somebody is there early, two events, and somebody comes late. */
function cacheScene(rules: PusherRules, kinds: Kinds): Scene<PusherVerbs> {
  const { presence } = rules.features;
  return scene<PusherVerbs>(
    'pusher',
    'pusher/cache-channels',
    {
      title: 'cache channels, before an event and after it',
      needs: ['ws', 'sign', 'publish', 'offers:secret', 'offers:cache'],
      cost: { jobs: 0, connections: 2 },
    },
    async (verbs) => {
      const { connections, publisher, waits, nonce } = verbs;
      const tried = kinds.filter(([, { offers = [] }]) => offers.every(verbs.offers));
      await Promise.all(['early', 'late'].map((peer) => connections.connect(peer)));
      const join = async (peer: string, name: string, channel: string): Promise<void> => {
        const step = `join ${peer} ${name}`;
        if (channel.startsWith(presence.prefix)) {
          await connections.enter(peer, channel, `user-${nonce}-${peer}`, step);
          return;
        }
        const isOpen = !channel.startsWith('private-');
        const signed = isOpen ? { auth: '' } : await verbs.auth.right(connections.socketId(peer), channel);
        await connections.subscribe(peer, channel, { step, auth: signed?.auth ?? '' });
      };
      const settles = async (peer: string, channel: string): Promise<WireEvent | undefined> => {
        if (!connections.isOn(peer, channel)) return undefined;
        return connections.settle(
          peer,
          (event) => event.kind === 'frame' && (channelOf(event) ?? channel) === channel && isWord(event),
        );
      };
      await Promise.all(
        tried.map(async ([name, kind]) => {
          const channel = channelFor(kind.prefix, nonce);
          await join('early', name, channel);
          if (!('plain' in kind)) await settles('early', channel);
          publisher.job(name, channel);
          for (const which of ['first', 'last']) {
            await publisher.publish(name, `publish ${which} ${name}`, {
              name: eventName(name, nonce),
              channels: [channel],
              data: name === 'encrypted' ? sealedData() : JSON.stringify({ nonce, which }),
              except: null,
            });
          }
          await waits.step({
            step: `seen ${name}`,
            verb: 'await',
            peer: 'early',
            from: 0,
            what: 'both events',
            matches: () => eventsOn(verbs, channel).length >= 2,
          });
          await join('late', name, channel);
          if (!('plain' in kind)) await settles('late', channel);
        }),
      );
      await connections.ping('late', { step: 'fence late' });
      await connections.ping('early', { step: 'fence early' });
    },
  );
}

function eventsOn(verbs: PusherVerbs, channel: string): readonly Frame[] {
  return verbs.connections
    .heard('early')
    .filter((frame) => channelOf(frame) === channel && isChannelEvent(frame));
}

/** An event of a channel, or the word that there was none. */
function isWord(frame: Frame): boolean {
  return isChannelEvent(frame) || eventOf(frame) === protocolEvent.cacheMiss;
}

/** What comes on a channel after its confirmation. */
function afterJoining(view: View, peer: string, prefix: string): readonly Frame[] | undefined {
  const channel = channelFor(prefix, view.nonce);
  const joined = view.frames(peer, (frame) => subscriptionAnswer(frame, channel) === 'granted')[0];
  if (!joined) return undefined;
  // A miss that does not say where is a matter of its schema.
  return view.frames(
    peer,
    (frame) => frame.seq > joined.seq && isWord(frame) && (channelOf(frame) ?? channel) === channel,
  );
}

/** It is a cache channel: a newcomer is told something, be it that there is nothing. */
function isCached(view: View, name: string, prefix: string): Judgement {
  view.step(`join early ${name}`);
  const { from } = view.step(`publish first ${name}`);
  view.step(`join late ${name}`);
  view.step(`seen ${name}`);
  view.step('fence late');
  const early = (afterJoining(view, 'early', prefix) ?? []).filter((frame) => frame.seq < from);
  const late = afterJoining(view, 'late', prefix) ?? [];
  return early.length + late.length > 0
    ? passed(['early', 'late'])
    : wrong('no-cache-channel', 'an event or cache_miss after the confirmation', 'neither, before and after');
}

function replayed(view: View, name: string, prefix: string): Judgement {
  view.step(`join late ${name}`);
  view.step(`seen ${name}`);
  // As it was seen when it was published: whether that was as it was sent is a matter of the publishing.
  const live = afterJoining(view, 'early', prefix)?.findLast(isChannelEvent);
  if (!live) return untestable('nothing of the last event was seen');
  const [frame] = afterJoining(view, 'late', prefix) ?? [];
  if (!frame) {
    view.step('fence late');
    return wrong('not-replayed', 'the last event after the confirmation', 'nothing on that channel');
  }
  return eventOf(frame) === eventOf(live) && sameJson(dataIn(frame), dataIn(live))
    ? passed(['late', 'early'])
    : wrong('another-event', 'the last event, as it was seen before', instead(frame.message), frame);
}

const dataIn = (frame: Frame): Json => messageOf(frame)?.data ?? null;

function missed(view: View, name: string, prefix: string): Judgement {
  view.step(`join early ${name}`);
  const { from } = view.step(`publish first ${name}`);
  const [frame] = afterJoining(view, 'early', prefix) ?? [];
  if (frame && eventOf(frame) === protocolEvent.cacheMiss && frame.seq < from) return passed(['early']);
  if (!frame) view.step('fence early');
  return wrong('no-miss', 'pusher:cache_miss after the confirmation', said(frame), frame);
}

function nothingReplayed(view: View, name: string, prefix: string): Judgement {
  view.step(`join late ${name}`);
  const { events } = view.step(`seen ${name}`);
  const channel = channelFor(prefix, view.nonce);
  const joined = view.frames('late', (frame) => subscriptionAnswer(frame, channel) === 'granted')[0];
  if (!joined) return untestable('it was not joined');
  const { events: fence } = view.step('fence late');
  return absent(view, {
    rule: 'replayed',
    what: 'event, and no cache_miss, of that channel',
    watcher: 'late',
    forbidden: (frame) => frame.seq > joined.seq && isWord(frame) && channelOf(frame) === channel,
    witness: view.recording.events[events[0] ?? -1],
    witnessed: 'the event on an earlier connection',
    fence: (event) => event.seq === fence[0],
    grade: 'a pong on the same connection',
  });
}
