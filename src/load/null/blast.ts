import { now } from '../clock.ts';
import { Histogram } from '../wire/histogram.ts';
import type { Ledger } from './ledger.ts';
import type { BlastRequest, BlastResult } from './options.ts';

/** Publishes by an absolute schedule: what could not be sent in time is sent as soon as it can be, none is left out. */
export async function blast(
  request: BlastRequest,
  publish: (request: BlastRequest, channel: number, seq: number) => void,
  ledger: Ledger,
): Promise<BlastResult> {
  const { channels, rate, forMs } = request;
  const startAt = request.startAt ?? now();
  const publishes = Math.floor((rate * forMs) / 1000);
  const before = ledger.deliveries;
  const late = new Histogram();
  await new Promise<void>((resolve) => {
    let n = 0;
    const go = (): void => {
      for (; n < publishes; n++) {
        const wait = startAt + (n * 1000) / rate - now();
        if (wait > 0) {
          // Late by less than a timer's grain rather than early.
          setTimeout(go, Math.max(1, Math.floor(wait)));
          return;
        }
        late.add(-wait);
        publish(request, n % channels.length, Math.floor(n / channels.length));
      }
      resolve();
    };
    go();
  });
  return {
    startAt,
    endedAt: now(),
    publishes,
    deliveries: ledger.deliveries - before,
    late: { p50: late.quantile(0.5), p99: late.quantile(0.99), max: late.max / 1000 },
  };
}
