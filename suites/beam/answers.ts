import type { JsonObject } from '../../src/contract/json.ts';
import { failed, type Judgement, passed, type Reading, show, untestable } from '../../src/suite/judgement.ts';
import type { Job } from '../../src/suite/recording.ts';
import type { View } from '../../src/suite/view.ts';
import { againName } from '../../src/surfaces/beam/flow.ts';
import { foretoldOf } from '../../src/surfaces/beam/foretold.ts';
import {
  askedOf,
  indexesIn,
  inputOf,
  markIn,
  payloadsIn,
  shown,
  textOf,
} from '../../src/surfaces/beam/message.ts';
import { isOwed, notOwed, proofOf } from '../../src/surfaces/beam/proof.ts';
import type { Frame } from '../../src/wire/event.ts';

/** An input by its name, or the one that was sent in its stead when the connection had ended. */
export function inputNamed(view: View, name: string): Job {
  return view.recording.jobs[againName(name)] ?? view.job(name);
}

/** Everything that came for an input, on the connection that sent it. */
export function outputsOf(view: View, job: Job): readonly Frame[] {
  return view.frames(job.where, (frame) => inputOf(view.recording, frame)?.id === job.id);
}

/** The input was taken as it came. One that nothing answers says nothing, unless a later one is answered. */
export function accepted(view: View, name: string): Judgement {
  view.step(`input ${name}`);
  const job = inputNamed(view, name);
  if (outputsOf(view, job).length > 0) return passed([job.where]);
  // Answered on the wrong connection it was taken all the same: where it went is another requirement's matter.
  const astray = view.recording.events.find(
    (event) => event.kind === 'frame' && inputOf(view.recording, event)?.id === job.id,
  );
  if (astray) return passed([astray.peer]);
  const inputs = Object.values(view.recording.jobs).filter(({ where }) => where === job.where);
  const later = inputs.slice(1).find((one) => outputsOf(view, one).length > 0);
  if (inputs[0] !== job || !later)
    return untestable(`nothing shows that ${name} was taken: it was not answered`);
  return failed({
    rule: 'not-accepted',
    expected: 'the first input is answered like any other',
    actual: `no answer to it, and one to ${later.name}`,
    frame: job.from,
  });
}

/** Each of the awaited outputs came, and the handler made it. */
export function answered(view: View, step: string): Judgement {
  const frames = view.step(step).events.flatMap((seq) => view.frameAt(seq) ?? []);
  const forged = frames.find((frame) => proofOf(view.recording, frame) !== 'valid');
  if (!forged) return passed(frames.map(({ peer }) => peer));
  const input = inputOf(view.recording, forged);
  if (input && !isOwed(view.recording, input)) return untestable(notOwed);
  if (input && foretoldOf(input)) return unlike(input, forged);
  return failed({
    rule: 'proof',
    expected:
      'what the handler makes of the input, with its proof of the nonce (is handler.key the right one?)',
    ...shown(forged),
    frame: forged.seq,
    pointer: '/proof',
  });
}

/** An answer that is not what a program foretold of a handler that it has been right about. */
function unlike(input: Job, frame: Frame): Judgement {
  return failed({
    rule: 'changed',
    expected: `an output as the command foretold it of ${input.name}`,
    ...shown(frame),
    frame: frame.seq,
  });
}

/** All of the answer came before anything else was sent on the connection. */
export function unasked(view: View, name: string): Judgement {
  const job = view.job(name);
  const last = outputsOf(view, job).at(-1);
  const next = view.of(job.where).find((event) => event.kind === 'sent' && event.seq > job.from);
  if (!last) return untestable(`${name} was not answered at all`);
  if (!next || last.seq < next.seq) return passed([job.where]);
  return failed({
    rule: 'held-back',
    expected: 'the answer comes by itself',
    actual: 'it came only after something more had been sent',
    frame: last.seq,
  });
}

/** All that the handler makes of the input has come, each part once, unchanged. */
export function complete(view: View, name: string, keys: readonly string[]): Judgement {
  const job = inputNamed(view, name);
  const frames = outputsOf(view, job);
  const foretold = foretoldOf(job);
  if (!isOwed(view.recording, job)) return untestable(notOwed);
  const odd = foretold && frames.find((frame) => proofOf(view.recording, frame) !== 'valid');
  if (odd) return unlike(job, odd);
  const changed = foretold
    ? undefined
    : frames.find((frame) => payloadsIn(frame).some((payload) => !isOf(job, payload, keys)));
  if (changed) {
    return failed({
      rule: 'changed',
      expected: `an object with ${keys.join(', ')} for ${show(job.nonce)}`,
      ...shown(changed),
      frame: changed.seq,
    });
  }
  const wanted = askedOf(job) === 'stream' ? Number(job.about.n) : 1;
  const got =
    askedOf(job) === 'stream' ? frames.flatMap((one) => indexesIn(view.recording, one)) : frames.map(() => 0);
  const lost = Array.from({ length: wanted }, (_, index) => index).filter((index) => !got.includes(index));
  const last = frames.at(-1);
  const frame = last ? { frame: last.seq } : {};
  if (lost.length > 0) {
    const actual = `${wanted - lost.length}; missing ${lost.slice(0, 8).join(', ')}`;
    return failed({ rule: 'lost', expected: `${wanted} outputs for ${name}`, actual, ...frame });
  }
  if (got.length > wanted || frames.length !== wanted) {
    const actual = `${got.length} in ${frames.length} frames`;
    return failed({ rule: 'number', expected: `${wanted} outputs in as many frames`, actual, ...frame });
  }
  return passed([job.where]);
}

function isOf(job: Job, payload: JsonObject, keys: readonly string[]): boolean {
  return (
    Object.keys(payload).length === keys.length &&
    keys.every((key) => Object.hasOwn(payload, key)) &&
    payload.nonce === job.nonce &&
    /^[0-9a-f]{64}$/.test(String(payload.proof)) &&
    (askedOf(job) !== 'stream' || payload.of === job.about.n)
  );
}

/** Transforms are answered in the order in which they were sent. */
export function inTurn(view: View, names: readonly string[]): Judgement {
  const firsts = names.flatMap((name) => outputsOf(view, inputNamed(view, name))[0] ?? []);
  const [frame] = firsts;
  if (!frame || firsts.length < 2) return untestable('fewer than two of them were answered');
  const at = firsts.findIndex((one, index) => one.seq < (firsts[index - 1]?.seq ?? 0));
  if (at < 0) return passed([frame.peer]);
  const actual = `${names[at]} before ${names[at - 1]}`;
  return failed({ rule: 'order', expected: 'first in, first out', actual, frame: firsts[at]?.seq ?? 0 });
}

/** The payloads of a stream come in the order of their index. */
export function inSequence(view: View, name: string): Judgement {
  const job = inputNamed(view, name);
  const frames = outputsOf(view, job);
  const seen: number[] = [];
  for (const frame of frames) {
    for (const index of indexesIn(view.recording, frame).filter((one) => !seen.includes(one))) {
      const before = seen.at(-1);
      seen.push(index);
      if (before === undefined || index > before) continue;
      const actual = `${index} after ${before}`;
      return failed({
        rule: 'order',
        expected: 'rising indexes',
        actual,
        frame: frame.seq,
        pointer: '/index',
      });
    }
  }
  return seen.length > 1 ? passed([job.where]) : untestable(`fewer than two payloads of ${name} came`);
}

/** What a client saw of an input that the handler, or the server, could make nothing of. */
export function readingOf(
  view: View,
  name: string,
  { point, silent, beats }: { point: string; silent: string; beats: (frame: Frame) => boolean },
): Reading {
  const job = view.job(name);
  const after = view.of(job.where).filter((event) => event.seq > job.from);
  const closed = after.find((event) => event.kind === 'closed' && event.by === 'them');
  if (closed) return { point, value: 'closes', frame: closed.seq };
  const said = after.find((event) => {
    if (event.kind !== 'frame') return false;
    const answers = inputOf(view.recording, event)?.id ?? markIn(textOf(event));
    return answers === undefined ? !beats(event) : answers === job.id;
  });
  return { point, value: said ? 'answered' : silent, frame: said?.seq ?? job.from };
}
