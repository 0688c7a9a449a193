import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../src/contract/contract.ts';
import { isObject, type Json } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { readYaml } from '../../src/contract/read-yaml.ts';
import { packageRoot } from '../../src/contract/spec-files.ts';
import type { Job } from '../../src/suite/recording.ts';
import {
  disagreement,
  type SampleEntry,
  sampleJob,
  samplePeer,
  sampleRecording,
} from '../../src/suite/sample-recording.ts';
import {
  channelOf,
  protocolEvent,
  requestOf,
  subscriptionAnswer,
} from '../../src/surfaces/pusher/message.ts';
import type { NewEvent, WireEvent } from '../../src/wire/event.ts';
import { pusherSuite } from './index.ts';

interface PusherSample extends SampleEntry {
  readonly dialect: string;
  /** What the client subscribes to right after the opening. */
  readonly channel: string;
}

const none = { surplus: [], missed: [] };
const file = await readYaml(join(packageRoot(), 'specs/pusher/samples/recordings.yaml'));
const { recordings } = file.value as unknown as { readonly recordings: readonly PusherSample[] };

let contract: Contract;
beforeAll(async () => {
  contract = await loadContract();
}, 180_000);

describe('the monitors find broken in a recording what the documents say is broken in it', () => {
  it.each(recordings)('$dialect: $name', (sample) => {
    const { channel, dialect } = sample;
    const recording = sampleRecording(sample, {
      about: { channel },
      after: subscribesTo(channel),
      jobs: (events) => jobsOn(channel, events),
    });
    const suite = pusherSuite(contract, dialect);
    expect(disagreement(sample, recording, suite, dialect, contract.pusher.requirements)).toEqual(none);
  });
});

/** Once, when the connection is established. */
function subscribesTo(channel: string): (message: Json | undefined) => readonly NewEvent[] {
  let done = false;
  return (message) => {
    if (done || !isObject(message) || message.event !== protocolEvent.established) return [];
    done = true;
    const data = { channel, auth: 'key:signature' };
    const text = JSON.stringify({ event: protocolEvent.subscribe, data });
    return [{ kind: 'sent', peer: samplePeer, text, binary: false }];
  };
}

/** Every job of the channel is taken as submitted after the subscription. */
function jobsOn(channel: string, events: readonly WireEvent[]): Job[] {
  const frames = events.filter((event) => event.kind === 'frame');
  const granted = frames.find((frame) => subscriptionAnswer(frame, channel) === 'granted');
  const ids = frames
    .filter((frame) => channelOf(frame) === channel)
    .flatMap((frame) => requestOf(frame) ?? []);
  return [...new Set(ids)].map((id) => sampleJob(id, { where: channel, from: (granted?.seq ?? 0) + 1 }));
}
