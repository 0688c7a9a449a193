import type { Json } from '../../../contract/json.ts';
import type { EmitRules } from '../../../contract/rules.ts';
import { jobById } from '../../../suite/job-by-id.ts';
import { type Monitor, type MonitorContext, monitor } from '../../../suite/monitor.ts';
import type { Frame } from '../../../wire/event.ts';
import { scopeWord, stepWord } from '../map.ts';
import { messageOf, scopeOf, typeOf } from '../message.ts';

/** Takes down which steps of a job's life, and which events for which scope, were on the wire. It judges nothing. */
export function seen(rules: EmitRules): Monitor {
  const { automaton, events } = rules;
  const shownBy = new Map(
    Object.keys(events).map((type) => [type, automaton.transitions.filter((one) => one.event === type)]),
  );
  return monitor({
    id: 'emit/always/seen',
    title: 'which steps and which events were seen',
    surface: 'emit',
    per: 'connection × job',
    checks: [],
    start: () => ({ state: undefined as Json | undefined }),
    step(memory, event, report, context) {
      if (event.kind !== 'frame') return;
      const type = typeOf(event);
      const scope = scopeOf(context.recording, event.peer);
      if (type === undefined || !Object.hasOwn(events, type)) return;
      if (scope !== undefined) report.passes(scopeWord(type, scope), event);
      if (type === 'init') {
        memory.state = messageOf(event)?.status;
        return;
      }
      const shown = shownBy.get(type) ?? [];
      const steps = shown.filter(({ from }) => from === memory.state);
      // What a call and a clock may both bring about, was brought about by the call if it was made.
      const verbs = steps.length > 1 ? callsOn(event, context) : [];
      const step = steps.find(({ on }) => verbs.includes(on)) ?? steps.at(-1);
      if (step) report.passes(stepWord(step), event);
      memory.state = (step ?? shown[0])?.to;
    },
  });
}

/** What was asked of the job that a frame is about. */
function callsOn(frame: Frame, { recording, jobOf }: MonitorContext): readonly string[] {
  return jobById(recording, jobOf(frame))?.calls.map(({ verb }) => verb) ?? [];
}
