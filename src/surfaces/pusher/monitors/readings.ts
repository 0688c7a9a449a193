import { isObject } from '../../../contract/json.ts';
import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { jobById } from '../../../suite/job-by-id.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Recording } from '../../../suite/recording.ts';
import type { Frame } from '../../../wire/event.ts';
import {
  channelOf,
  dataOf,
  eventOf,
  isOurs,
  messageOf,
  protocolEvent,
  requestOf,
  statusOf,
  updateOf,
} from '../message.ts';

/** Takes down how the target answers the open points that any event may show. It judges nothing. */
export function readings({ names }: PusherRules): Monitor {
  const [prefix = ''] = names.channel.split('{id}');
  return monitor({
    id: 'pusher/always/readings',
    title: 'how the target answers the open points',
    surface: 'pusher',
    per: 'connection',
    checks: [],
    notStreamed: 'it judges nothing',
    start: () => ({ statuses: new Map<string, string[]>() }),
    step(state, event, report, { recording, role }) {
      if (event.kind !== 'frame') return;
      const raw = messageOf(event)?.data;
      switch (eventOf(event)) {
        case protocolEvent.established: {
          const data = dataOf(event);
          const told = isObject(data) ? data.activity_timeout : undefined;
          if (typeof told === 'number')
            report.reads('A11.announced', told === 30 || told === 120 ? String(told) : 'other', event);
          return;
        }
        case protocolEvent.error:
          if (isObject(raw) || typeof raw === 'string') report.reads('A13.error', shapeOf(raw), event);
          return;
        case protocolEvent.pong:
          report.reads('A13.pong', shapeOf(raw), event);
          return;
        case protocolEvent.succeeded:
          if (channelOf(event)?.startsWith('private-')) report.reads('A12', shapeOf(raw), event);
          return;
      }
      if (role === 'relay' || isOurs(recording, event)) return;
      const status = statusOf(event);
      const id = requestOf(event);
      if (status === undefined || id === undefined || !channelOf(event)?.startsWith(prefix)) return;
      if (status !== 'done') report.reads('A3', updateOf(event)?.result_url === null ? 'null' : 'url', event);
      const seen = state.statuses.get(id) ?? [];
      state.statuses.set(id, [...seen, status]);
      const skipped =
        status === 'done' ? skippedIn(state.statuses.get(id) ?? [], event, recording.jobs) : undefined;
      if (skipped !== undefined) report.reads('A5', skipped, event);
    },
  });
}

function shapeOf(data: unknown): string {
  return data === undefined || data === null ? 'absent' : typeof data === 'string' ? 'string' : 'object';
}

/** What a job that nobody scripted left out; undefined where it was not seen from its beginning. */
function skippedIn(statuses: readonly string[], end: Frame, jobs: Recording['jobs']): string | undefined {
  const job = jobById({ jobs }, requestOf(end));
  if (!job || (isObject(job.about.script) && Object.keys(job.about.script).length > 0)) return undefined;
  if (['late', 'back'].includes(end.peer)) return undefined;
  const processing = statuses.includes('processing');
  const progress = statuses.includes('in_progress');
  if (processing && progress) return 'all-shown';
  if (progress) return 'processing-skipped';
  return processing ? 'in_progress-skipped' : undefined;
}
