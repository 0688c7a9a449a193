import type { Json } from '../../contract/json.ts';
import type { EmitRules, Transition } from '../../contract/rules.ts';
import {
  type Answer,
  type Call,
  callAuthority,
  type Refusal,
  type StreamKind,
  type StreamRequest,
  streamAdmission,
} from './admission.ts';
import { automatonStep, type Verb } from './automaton.ts';
import { dataOf } from './event-data.ts';
import { type Greeting, greeting } from './greeting.ts';
import type { EmitEvent, Job } from './job.ts';
import type { Token } from './tokens.ts';
import type { Viewer, Viewers } from './viewers.ts';
import { scopeFilter, streamEnvelope, withholding } from './visibility.ts';

/** The events of one job that are to be sent now, and those that wait for the next one. */
export interface Order {
  readonly now: readonly EmitEvent[];
  readonly waiting: readonly EmitEvent[];
}

/** What a job has had already when an event is put in order. */
export interface Past {
  readonly waiting: readonly EmitEvent[];
  /** How many events of this type went before. */
  readonly ofType: number;
}

/** A REST answer. */
export interface Reply {
  readonly status: number;
  readonly body: Json;
}

/**
 * Every decision of the emit surface that a fault can bend. Their defaults follow from the rules and
 * from the readings of the open points; transports and stores decide nothing.
 */
export interface EmitPolicies {
  /** Whether an issued token is still good: itself, or undefined. */
  readonly recognise: (issued: Token | undefined) => Token | undefined;
  /** Whether a stream opens, and how much its viewer may see. */
  readonly admit: (request: StreamRequest) => Answer;
  /** Whether a REST call is refused; undefined: it is not. */
  readonly authorize: (call: Call) => Refusal | undefined;
  /** What a verb makes of a job; undefined: it is not allowed now. */
  readonly transition: (job: Job, verb: Verb) => Transition | undefined;
  /** The type of the event that announces a created job on its space's stream. */
  readonly announce: () => string;
  /** The data of an event, from what the worker sent; undefined: it has none. */
  readonly data: (type: string, job: Job, input: Json | undefined) => Json | undefined;
  /** The time of an event, never before the one of the job's last. Milliseconds since the epoch. */
  readonly tick: (last: number, now: number) => number;
  /** An event in its shape, before anything is stripped. */
  readonly shape: (event: EmitEvent, job: Job) => EmitEvent;
  /** Which events are sent now that one has happened. */
  readonly order: (event: EmitEvent, past: Past) => Order;
  /** Who is there to see an event of a job. */
  readonly audience: (event: EmitEvent, job: Job, viewers: Viewers) => Iterable<Viewer>;
  /** Milliseconds after which one of a job's clocks runs out. */
  readonly timeout: (job: Job, clock: Verb) => number;
  /** What a viewer of some scope may see of an event. */
  readonly strip: (event: EmitEvent, scope: string) => EmitEvent;
  /** What a kind of stream makes of the shared shape. */
  readonly envelope: (event: EmitEvent, stream: StreamKind) => EmitEvent;
  /** What is on the wire: text, or bytes for a binary frame. */
  readonly encode: (event: EmitEvent) => string | Buffer;
  /** The events that a viewer gets at once. */
  readonly greet: (greeting: Greeting) => readonly EmitEvent[];
  /** Close code for a viewer after a job's end, live or when it comes late; undefined: the stream stays open. */
  readonly afterEnd: (when: 'live' | 'finished') => number | undefined;
  /** Close code for viewers whose token is revoked; undefined: their streams stay open. */
  readonly afterRevoke: () => number | undefined;
  /** What a REST call is answered. */
  readonly answer: (call: string, reply: Reply) => Reply;
}

/** The policies of a server that does all that the rules ask. */
export function conformingPolicies(rules: EmitRules, reading: (point: string) => string): EmitPolicies {
  const isWithheld = withholding(rules);
  const closes = (point: string, code: number) => (reading(point) === 'closes' ? code : undefined);
  return {
    recognise: (issued) => (issued?.revoked ? undefined : issued),
    admit: streamAdmission(rules, reading),
    authorize: callAuthority(rules, reading),
    transition: automatonStep(rules.automaton, reading),
    announce: () => (reading('A27.creation') === 'other' ? 'enqueued' : reading('A27.creation')),
    data: dataOf(rules, reading),
    tick: (last, now) => Math.max(last, now),
    shape: (event) => event,
    order: (event, { waiting }) => ({ now: [...waiting, event], waiting: [] }),
    *audience(event, job, viewers) {
      for (const viewer of viewers.of(job)) if (!isWithheld(event.type, viewer.scope)) yield viewer;
    },
    timeout: (job) => job.timeoutSeconds * 1000,
    strip: scopeFilter(rules, reading),
    envelope: streamEnvelope(reading),
    encode: (event) => JSON.stringify(event),
    greet: greeting(rules, reading),
    afterEnd: (when) => closes(`A31.${when}`, 1000),
    afterRevoke: () => closes('A37', 1008),
    answer: (_call, reply) => reply,
  };
}
