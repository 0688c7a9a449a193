import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Recording } from '../../../suite/recording.ts';
import { channelOf, isOurs, requestOf } from '../message.ts';

/** Takes down to whom the jobs of a recording belong. */
function note({ jobs }: Recording, shared: Map<string, unknown>): void {
  for (const job of Object.values(jobs)) if (job.about.published !== true) shared.set(job.id, job.where);
}

/** A job's events are on the channel of the client that submitted it, whichever scene submitted it. */
export function owners({ names, delivery }: PusherRules): Monitor {
  const [prefix = ''] = names.channel.split('{id}');
  return monitor({
    id: 'pusher/always/owners',
    title: "a job's events are on the channel of the client that submitted it",
    surface: 'pusher',
    per: 'run',
    checks: delivery.own,
    applies: { role: 'application' },
    notStreamed: 'it needs to know who submitted a job',
    start: ({ recording, shared }) => note(recording, shared),
    step(_state, event, report, { recording, shared }) {
      if (event.kind !== 'frame' || isOurs(recording, event)) return;
      const id = requestOf(event);
      const channel = channelOf(event);
      if (id === undefined || !channel?.startsWith(prefix)) return;
      const where = shared.get(id);
      if (typeof where !== 'string') return;
      for (const requirement of delivery.own) {
        report.saw(requirement, event);
        if (where !== channel)
          report.find(
            requirement,
            {
              rule: 'another-client',
              expected: `events of the job on ${where}`,
              actual: `on ${channel}`,
              pointer: '/channel',
            },
            event,
          );
      }
    },
  });
}
