import { jobById } from '../../../suite/job-by-id.ts';
import { instead } from '../../../suite/judgement.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { messageOf, streamOf } from '../message.ts';

/** A job stream speaks of its own job, a space stream of jobs in its space; names are those given. */
export function identity(): Monitor {
  return monitor({
    id: 'emit/always/identity',
    title: 'events bear the id and the name of the job they are about, and reach only its viewers',
    surface: 'emit',
    per: 'connection',
    checks: ['E27', 'E49', 'E42', 'E15'],
    start: () => ({}),
    step(_state, event, report, { recording }) {
      if (event.kind !== 'frame') return;
      const stream = streamOf(recording, event.peer);
      const message = messageOf(event);
      const about = recording.peers[event.peer]?.about;
      if (!stream || !message || !about) return;
      const id = typeof message.jobId === 'string' ? message.jobId : undefined;
      if (stream === 'job' && id !== undefined) {
        report.saw('E27', event);
        if (id !== about.job) {
          report.find(
            'E27',
            { rule: 'another-job', expected: `jobId ${about.job}`, ...instead(id, '/jobId') },
            event,
          );
        }
      }
      const job = jobById(recording, id);
      if (stream === 'space' && job) {
        report.saw('E15', event);
        if (job.where !== about.space) {
          report.find(
            'E15',
            { rule: 'another-space', expected: `jobs of ${about.space}`, actual: `a job of ${job.where}` },
            event,
          );
        }
      }
      if (stream === 'space' && id !== undefined) {
        report.saw('E42', event);
        if (typeof message.jobName !== 'string') {
          report.find(
            'E42',
            { rule: 'no-name', expected: 'a jobName', actual: 'none', pointer: '/jobName' },
            event,
          );
        }
      }
      if (job && typeof message.jobName === 'string') {
        report.saw('E49', event);
        if (message.jobName !== job.about.jobName) {
          report.find(
            'E49',
            {
              rule: 'name',
              expected: String(job.about.jobName),
              actual: message.jobName,
              pointer: '/jobName',
            },
            event,
          );
        }
      }
    },
  });
}
