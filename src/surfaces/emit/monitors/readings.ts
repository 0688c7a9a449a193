import type { EmitRules } from '../../../contract/rules.ts';
import { jobById } from '../../../suite/job-by-id.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { eventRule } from '../event-rule.ts';
import { messageOf, scopeOf, streamOf, typeOf } from '../message.ts';

/** Takes down how the target answers the open points that any event may show. It judges nothing. */
export function readings(rules: EmitRules): Monitor {
  return monitor({
    id: 'emit/always/readings',
    title: 'how the target answers the open points',
    surface: 'emit',
    per: 'connection',
    checks: [],
    notStreamed: 'it judges nothing',
    start: () => ({ opened: 0, frames: 0, announced: new Set<string>(), ended: false }),
    step(state, event, report, { recording }) {
      const stream = streamOf(recording, event.peer);
      if (
        state.ended &&
        stream === 'job' &&
        (event.kind === 'closed' || (event.kind === 'pong' && event.by === 'them'))
      ) {
        // What comes first after the end tells; a close much later has other reasons.
        state.ended = false;
        report.reads(
          'A31.live',
          event.kind === 'closed' && event.by === 'them' ? 'closes' : 'stays-open',
          event,
        );
      }
      if (event.kind === 'opened') state.opened = event.seq;
      if (event.kind !== 'frame' || !stream) return;
      state.frames += 1;
      const message = messageOf(event);
      const type = typeOf(event);
      if (!message || type === undefined) return;
      if (stream === 'space') {
        const id = typeof message.jobId === 'string' ? message.jobId : undefined;
        // A job made while we watched is announced; whatever else comes first is said of the space as it was.
        const job = jobById(recording, id);
        const isNew = job !== undefined && job.from > state.opened;
        if (state.frames === 1) {
          const before = type === 'init' ? 'init' : id === undefined ? 'connected' : 'nothing';
          // A version that says with what it begins leaves nothing open.
          const point = rules.connected ? rules.connected.openPoint : 'A27.first';
          if (point !== undefined) report.reads(point, isNew ? 'nothing' : before, event);
        }
        if (isNew && !state.announced.has(job.id)) {
          state.announced.add(job.id);
          const known = eventRule(rules, type) !== undefined && type !== 'init';
          if (!known)
            report.reads('A27.creation', type === 'created' || type === 'init' ? type : 'other', event);
        }
        return;
      }
      if (message.jobId !== undefined)
        report.reads('A26', message.jobName === undefined ? 'absent' : 'present', event);
      // The end of a watched stream is only telling where init was not already the end (A31.finished).
      const rule = eventRule(rules, type);
      if (rule?.terminal) state.ended = true;
      const cell = rule?.data.stripped;
      if (scopeOf(recording, event.peer) !== 'stripped' || cell?.hidden === undefined) return;
      const whole = typeof message.jobId === 'string' && typeof message.timestamp === 'string';
      const minimal = message.jobId === undefined && message.timestamp === undefined;
      if (whole || minimal) report.reads('A22', whole ? 'full' : 'minimal', event);
      if (cell.openPoint === undefined) return;
      if (message.data === null) report.reads(cell.openPoint, 'null', event);
      if (message.data === undefined) report.reads(cell.openPoint, 'absent', event);
    },
  });
}
