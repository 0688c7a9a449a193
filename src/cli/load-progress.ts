import type { StageRecorder } from '../load/perform/recorder.ts';
import { publishesOf, type StageShape } from '../load/plan/load-plan.ts';
import { dueAfter } from '../load/plan/schedule.ts';
import type { LoadListener } from '../load/run/run-load.ts';
import type { StageResult } from '../load/verdict/load-result.ts';

/** Seconds between two lines where there is no terminal to write one line over and over. */
const everySeconds = 10;

/** What a load run says while it goes on: one line that changes on a terminal, a line now and then elsewhere. */
export class LoadProgress implements LoadListener {
  readonly #stream: NodeJS.WriteStream;
  readonly #isLive: boolean;
  #seconds = 0;
  #received = 0;
  #sent = 0;
  #isOpen = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#isLive = stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  phase(what: string): void {
    this.#line(what);
  }

  stageStarted(stage: StageShape): void {
    this.#seconds = 0;
    this.#received = 0;
    this.#sent = 0;
    this.#line(`stage ${stage.name}: ${stage.subscribers} connections`);
  }

  progress(stage: StageShape, recorder: StageRecorder): void {
    const { record, received } = recorder;
    const sent = record.publishes.length;
    // Of those who come and go, the ones that are there.
    const open = record.seats.filter(
      ({ ready, leaving, closed }) => ready > 0 && !(leaving > 0) && !(closed > 0),
    ).length;
    const planned = publishesOf(stage);
    const rates = `${sent - this.#sent} publishes/s, ${received - this.#received} deliveries/s`;
    this.#sent = sent;
    this.#received = received;
    this.#seconds += 1;
    const left =
      planned > 0 && sent > 0 ? (dueAfter(stage, planned) - dueAfter(stage, sent)) / 1000 : undefined;
    const eta = left === undefined ? '' : `, ${Math.ceil(Math.max(0, left))} s to go`;
    const publishing = planned > 0 ? `, ${sent} of ${planned} published, ${rates}${eta}` : '';
    const text = `  ${stage.name}: ${open} of ${stage.subscribers} ready${publishing}`;
    if (this.#isLive) this.#over(text);
    else if (this.#seconds % everySeconds === 0) this.#line(text);
  }

  stageEnded({ name, publishes, connections, deliveries, latency }: StageResult): void {
    if (publishes.planned === 0) {
      const { ready, asked } = connections;
      const connect = latency.connect ? `, connect.p99 ${latency.connect.p99.toFixed(1)} ms` : '';
      this.#line(`  ${name}: ${ready} of ${asked} ready${connect}`);
      return;
    }
    const p99 = latency.last === undefined ? '' : `, last.p99 ${latency.last.p99.toFixed(1)} ms`;
    this.#line(`  ${name}: ${deliveries.received} of ${deliveries.owed} delivered${p99}`);
  }

  end(): void {
    if (this.#isOpen) this.#stream.write('\n');
    this.#isOpen = false;
  }

  #line(text: string): void {
    this.#stream.write(this.#isOpen ? `\r\x1b[K${text}\n` : `${text}\n`);
    this.#isOpen = false;
  }

  #over(text: string): void {
    this.#stream.write(`\r\x1b[K${text.slice(0, this.#stream.columns - 1)}`);
    this.#isOpen = true;
  }
}
