import { MarkerReader, readyNumber } from '../wire/marker.ts';
import { newSession, type SessionReader } from '../wire/session.ts';
import { sessionReader } from '../wire/sessions.ts';
import { altered } from './altered.ts';
import { StampedFrame } from './stamped-frame.ts';

/** Something to be delivered, made once for all who get it. */
export interface Publish {
  /** Numbers of its marker. -1: it has none, or only finds out who is ready, and no fault touches it. */
  readonly channel: number;
  readonly seq: number;
  /** Of emit: the job, within which the order counts. */
  readonly job: string;
  readonly frame: StampedFrame;
  /** What is delivered in its place where the payload is to be changed. */
  readonly changed: (longer: boolean) => Publish;
}

/** Makes publishes of messages, which begin with `stampedHead`. */
export class PublishMaker {
  readonly #surface: 'pusher' | 'emit' | 'beam';
  readonly #marker = new MarkerReader();
  readonly #state = { ...newSession(), ready: true };
  #reader: SessionReader | undefined;
  #run = -1;

  constructor(surface: 'pusher' | 'emit' | 'beam') {
    this.#surface = surface;
  }

  make(message: string, job = ''): Publish {
    const at = this.#marker.find(message);
    const counts = at >= 0 && this.#marker.number !== readyNumber;
    if (counts && this.#marker.run !== this.#run) {
      this.#run = this.#marker.run;
      this.#reader = sessionReader(this.#surface, this.#run);
    }
    const reader =
      counts && this.#reader?.read(message, this.#state) === 'delivery' ? this.#reader : undefined;
    const publish: Publish = {
      channel: reader?.channel ?? -1,
      seq: reader?.seq ?? -1,
      job,
      frame: new StampedFrame(message),
      changed: (longer) => ({ ...publish, frame: new StampedFrame(altered(message, at, longer)) }),
    };
    return publish;
  }
}
