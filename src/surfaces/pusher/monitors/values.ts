import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Frame } from '../../../wire/event.ts';
import { isOurs, progressOf, updateOf } from '../message.ts';
import { isForUs } from '../standing.ts';

/** First bytes of image formats, by the name that a data URI gives them. */
const magic: Readonly<Record<string, readonly number[]>> = {
  jpeg: [0xff, 0xd8, 0xff],
  jpg: [0xff, 0xd8, 0xff],
  png: [0x89, 0x50, 0x4e, 0x47],
  gif: [0x47, 0x49, 0x46],
  webp: [0x52, 0x49, 0x46, 0x46],
};

/** Progress never falls within a job, and a preview is the image that it says it is. */
export function values(rules: PusherRules, dialect: string): Monitor {
  const { bounded = [] } = rules.dialects[dialect] ?? {};
  return monitor({
    id: 'pusher/always/values',
    title: 'progress never falls, and previews are images',
    surface: 'pusher',
    per: 'connection × job',
    checks: [...bounded, 'M22', 'D21i'],
    applies: { role: 'application' },
    notStreamed: 'it looks in the whole recording for what a connection asked for',
    start: () => ({ highest: undefined as number | undefined }),
    step(state, event, report, { recording }) {
      if (event.kind !== 'frame' || isOurs(recording, event) || !isForUs(recording, event)) return;
      const update = updateOf(event);
      const progress = progressOf(update?.progress);
      if (progress !== undefined) {
        for (const id of bounded) {
          report.saw(id, event);
          if (state.highest !== undefined && progress < state.highest)
            report.find(
              id,
              {
                rule: 'falls',
                expected: `at least ${state.highest}`,
                actual: String(progress),
                pointer: '/data/progress',
              },
              event,
            );
        }
        state.highest = Math.max(progress, state.highest ?? progress);
      }
      if (typeof update?.preview === 'string') judgePreview(update.preview, event, report);
    },
  });
}

function judgePreview(preview: string, event: Frame, report: Parameters<Monitor['step']>[2]): void {
  const uri = /^data:image\/([a-z0-9.+-]+);base64,/i.exec(preview);
  const bytes = Buffer.from(uri ? preview.slice(uri[0].length) : preview, 'base64');
  const type = uri?.[1]?.toLowerCase() ?? 'jpeg';
  const begins = magic[type];
  if (!begins) return;
  const id = uri ? 'D21i' : 'M22';
  report.saw(id, event);
  if (begins.some((byte, at) => bytes[at] !== byte))
    report.find(
      id,
      {
        rule: 'not-that-image',
        expected: `an image of type ${type}`,
        actual: `bytes ${bytes.subarray(0, 4).toString('hex')}`,
        pointer: '/data/preview',
      },
      event,
    );
}
