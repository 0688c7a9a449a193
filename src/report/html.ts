import type { Recordings, RunEvent } from '../conform/run-event.ts';
import type { ReporterFactory } from './context.ts';
import { troubled } from './html/failures.ts';
import { page } from './html/page.ts';
import { recordingLines, recordingsHead } from './html/recording-lines.ts';
import { toldCase } from './html/told-case.ts';
import { readWhole } from './whole-run.ts';

/** One page to read offline, with what was on the wire; the whole recordings of what it shows lie beside it. */
export const html: ReporterFactory = (context) => {
  const events: RunEvent[] = [];
  let recordings: Recordings = { of: () => undefined };
  return {
    on: (event, known) => {
      events.push(event);
      recordings = known;
    },
    end: async () => {
      const run = readWhole(events);
      const { beside, out } = context;
      const scenes = troubled(run.cases.map((one) => toldCase(one, context))).flatMap(({ target, scene }) => {
        const recording = scene === null ? undefined : recordings.of(target, scene);
        return recording ? [recording] : [];
      });
      if (beside) {
        await beside.out.write(recordingsHead(run.header, scenes.length));
        for (const scene of scenes) await beside.out.write(recordingLines(scene));
        await beside.out.end();
      }
      await out.write(page({ run, events, recordings }, context));
      await out.end();
    },
  };
};
