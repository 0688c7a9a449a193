import type { EmitRules } from '../../../contract/rules.ts';
import { jobById } from '../../../suite/job-by-id.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { streamOf } from '../message.ts';

/** Whoever may watch a job gets in, however young the job is. */
export function letsIn(rules: EmitRules): Monitor {
  return monitor({
    id: 'emit/always/lets-in-at-once',
    title: 'whoever may watch a job is let in at once after its creation',
    surface: 'emit',
    per: 'connection',
    checks: ['E44'],
    notStreamed: 'it needs to know of the calls for a job',
    start: () => ({}),
    step(_state, event, report, { recording }) {
      if (event.kind !== 'opened' && event.kind !== 'refused') return;
      const about = recording.peers[event.peer]?.about;
      if (streamOf(recording, event.peer) !== 'job' || !about?.credential) return;
      const job = jobById(recording, about.job);
      const untouched = job && !job.calls.some((call) => call.seq < event.seq);
      if (!untouched || !rules.streams.job.admits[about.credential]) return;
      report.saw('E44', event);
      if (event.kind === 'opened' || event.status === 429 || event.status >= 500) return;
      report.find(
        'E44',
        { rule: 'turned-away', expected: '101 for a job just made', actual: `status ${event.status}` },
        event,
      );
    },
  });
}
