import type { Json, JsonObject } from '../../contract/json.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';
import { markerOf } from '../wire/marker.ts';
import { placesOfJob } from '../wire/pusher-session.ts';

/** What stands for a result while nobody fetches it. */
const resultUrl = 'https://results.invalid/';

/** The payload of a publish, as it is published and as it must arrive: made from the plan alone, by whoever asks. */
export function payloadOf(plan: LoadPlan, via: PublishVia, channel: number, seq: number): JsonObject {
  switch (via.kind) {
    case 'pusher-http':
      return jobUpdate(plan, via, channel, seq);
    case 'emit-rest':
      return {
        mark: markerOf({ run: plan.run, channel, number: seq }),
        ...(plan.stage.padding > 0 ? { pad: padding(plan.stage.padding) } : {}),
      };
  }
}

/** Steps of whole jobs: processing at 0, in progress by tens, done at 100. */
function jobUpdate(
  plan: LoadPlan,
  via: Extract<PublishVia, { readonly kind: 'pusher-http' }>,
  channel: number,
  seq: number,
): JsonObject {
  const id = markerOf({ run: plan.run, channel, number: Math.floor(seq / placesOfJob) });
  const place = seq % placesOfJob;
  const isDone = place === placesOfJob - 1;
  return {
    request_id: id,
    status: place === 0 ? 'processing' : isDone ? 'done' : 'in_progress',
    preview: plan.stage.padding > 0 ? via.previewPrefix + padding(plan.stage.padding) : null,
    result_url: isDone ? `${resultUrl}${id}.png` : null,
    progress: progressAt(place * 10, via.progress),
  };
}

function progressAt(percent: number, form: 'number' | 'decimal-string'): Json {
  return form === 'number' ? percent : percent.toFixed(2);
}

/** Base64 of nothing in particular, of so many characters (a multiple of four, rounded up). */
function padding(bytes: number): string {
  return 'AAAA'.repeat(Math.ceil(bytes / 4));
}
