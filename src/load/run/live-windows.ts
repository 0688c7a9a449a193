import { histogramKinds } from '../control/codec.ts';
import type { StageRecord } from '../evidence/stage-record.ts';
import type { StageRecorder } from '../perform/recorder.ts';
import type { WindowEvent } from '../report/load-events.ts';
import { Histogram } from '../wire/histogram.ts';

/** A second is told of when it is so long over that what belongs to it has arrived. */
const settledMs = 2000;

type Position = WindowEvent['histograms'][number]['position'];

/** Seconds of a stage as they come to be over, for the stream of a run that may be killed at any moment. */
export class LiveWindows {
  readonly #positions = new Map<number, Position>();
  readonly #seconds = new Map<number, Map<Position, Histogram>>();
  readonly #publishes = new Map<number, number>();
  readonly #bulk = new Map<number, number>();
  #publish = 0;
  #receipt = 0;
  #histogram = 0;
  #told = 0;

  /** The seconds that are over by `now` (hrtime) and were not told of yet. */
  take(recorder: StageRecorder, now: number): WindowEvent[] {
    const { record } = recorder;
    if (Number.isNaN(record.startAt)) return [];
    this.#read(recorder);
    const events: WindowEvent[] = [];
    while (record.startAt + (this.#told + 1) * 1000 + settledMs < now) {
      events.push(this.#window(record, this.#told));
      this.#seconds.delete(this.#told);
      this.#told += 1;
    }
    return events;
  }

  #read(recorder: StageRecorder): void {
    const { record } = recorder;
    for (; this.#publish < record.publishes.length; this.#publish++) {
      const one = record.publishes[this.#publish];
      if (!one) continue;
      const second = Math.floor((one.sent - record.startAt) / 1000);
      this.#publishes.set(second, (this.#publishes.get(second) ?? 0) + 1);
    }
    for (const { seat, position, role } of record.seats.slice(this.#positions.size)) {
      this.#positions.set(seat, role === 'probes' ? position : 'bulk');
    }
    for (; this.#receipt < record.receipts.length; this.#receipt++) {
      const one = record.receipts[this.#receipt];
      const position = one && this.#positions.get(one.seat);
      // The sentinel's are for the judge alone.
      if (!one || position === undefined || position === 'bulk') continue;
      const intended = recorder.intendedOf(one.channel, one.seq);
      if (Number.isNaN(intended)) continue;
      this.#add(Math.floor((intended - record.startAt) / 1000), position).add(one.at - intended);
    }
    for (; this.#histogram < record.histograms.length; this.#histogram++) {
      const one = record.histograms[this.#histogram];
      if (!one || one.kind !== histogramKinds.delivery) continue;
      const second = Math.max(0, Math.floor((one.at - record.startAt) / 1000));
      const all = this.#add(second, 'bulk');
      const before = all.total;
      all.addPairs(one.pairs, one.overflow);
      this.#bulk.set(second, (this.#bulk.get(second) ?? 0) + all.total - before);
    }
  }

  #add(second: number, position: Position): Histogram {
    const known = this.#seconds.get(second) ?? new Map<Position, Histogram>();
    this.#seconds.set(second, known);
    const histogram = known.get(position) ?? new Histogram();
    known.set(position, histogram);
    return histogram;
  }

  #window(record: StageRecord, second: number): WindowEvent {
    const parts = [...(this.#seconds.get(second) ?? new Map<Position, Histogram>())];
    const probes = new Histogram();
    for (const [position, histogram] of parts) if (position !== 'bulk') probes.merge(histogram);
    const at = record.startAt + second * 1000;
    const quantile = (share: number): number | null => (probes.total === 0 ? null : probes.quantile(share));
    return {
      event: 'window',
      stage: record.plan.stage.name,
      window: {
        second,
        publishes: this.#publishes.get(second) ?? 0,
        count: probes.total,
        p50: quantile(0.5),
        p90: quantile(0.9),
        p99: quantile(0.99),
        max: probes.total === 0 ? null : probes.max / 1000,
        connections: record.seats.filter(({ opened, closed }) => opened <= at && !(closed <= at)).length,
        deliveries: probes.total + (this.#bulk.get(second) ?? 0),
      },
      histograms: parts.map(([position, histogram]) => ({
        position,
        pairs: histogram.pairs(),
        overflow: histogram.overflow,
      })),
    };
  }
}
