import type { Automaton, EmitRules } from '../../../contract/rules.ts';
import { jobById } from '../../../suite/job-by-id.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { eventRule } from '../event-rule.ts';
import { messageOf, type Scope, scopeOf, streamOf, typeOf } from '../message.ts';
import { isSent } from '../withheld.ts';

/** A job stream begins with init, and has it once. */
export function firstIsInit(): Monitor {
  return monitor({
    id: 'emit/always/init-comes-first',
    title: 'a job stream begins with its init, and has no second',
    surface: 'emit',
    per: 'connection',
    checks: ['E21', 'E21bi'],
    start: () => ({ frames: 0, inits: 0 }),
    step(state, event, report, { recording }) {
      if (event.kind !== 'frame' || streamOf(recording, event.peer) !== 'job') return;
      state.frames += 1;
      const type = typeOf(event);
      if (state.frames === 1) {
        report.saw('E21', event);
        if (type !== 'init')
          report.find('E21', { rule: 'not-init', expected: 'init first', actual: type ?? 'no type' }, event);
      }
      if (type !== 'init') return;
      state.inits += 1;
      report.saw('E21bi', event);
      if (state.inits > 1)
        report.find(
          'E21bi',
          { rule: 'second-init', expected: 'one init', actual: `init number ${state.inits}` },
          event,
        );
    },
  });
}

/** On each connection a job goes its way as the automaton has it; a late joiner's begins at its init. */
export function followsTheAutomaton(rules: EmitRules): Monitor {
  const known = {
    full: new Map<string, ReadonlySet<string>>(),
    stripped: new Map<string, ReadonlySet<string>>(),
  };
  const statesWithin = (state: string, scope: Scope): ReadonlySet<string> => {
    const states = known[scope].get(state) ?? within(rules, state, scope);
    known[scope].set(state, states);
    return states;
  };
  return monitor({
    id: 'emit/always/order',
    title: 'the events of a job follow its life, every step once and in order',
    surface: 'emit',
    per: 'connection × job',
    checks: ['E22i'],
    start: () => ({ state: undefined as string | undefined }),
    step(memory, event, report, { recording }) {
      if (event.kind !== 'frame') return; // For the compiler: what is kept by job is a frame.
      const type = typeOf(event);
      if (type === undefined) return;
      if (type === 'init') {
        const status = messageOf(event)?.status;
        memory.state ??=
          typeof status === 'string' && rules.automaton.states.includes(status) ? status : undefined;
        return;
      }
      if (!isKnown(rules.automaton, type)) {
        memory.state ??= rules.automaton.initial;
        return;
      }
      if (memory.state === undefined) {
        // On a space stream a job may have begun before we came.
        if (streamOf(recording, event.peer) === 'space') memory.state = targetOf(rules.automaton, type);
        return;
      }
      // What follows the end is judged by a rule of its own.
      if (rules.automaton.terminal.includes(memory.state)) return;
      report.saw('E22i', event);
      const states = statesWithin(memory.state, scopeOf(recording, event.peer) ?? 'full');
      const next = rules.automaton.transitions.find((one) => one.event === type && states.has(one.from));
      if (!next) {
        const may = rules.automaton.transitions.filter((one) => states.has(one.from) && one.event !== null);
        report.find(
          'E22i',
          {
            rule: `order ${memory.state} ${type}`,
            expected: `from ${memory.state}: ${[...new Set(may.map((one) => one.event))].join(', ')}`,
            actual: type,
          },
          event,
        );
      }
      memory.state = next?.to ?? targetOf(rules.automaton, type) ?? memory.state;
    },
  });
}

/** The states that a job may be in by now, as far as a viewer can tell: it is not told of what is withheld from it. */
function within(rules: EmitRules, state: string, scope: Scope): ReadonlySet<string> {
  const states = new Set([state]);
  for (const from of states) {
    for (const { from: before, to, event } of rules.automaton.transitions) {
      if (before === from && event !== null && !isSent(rules, event, scope)) states.add(to);
    }
  }
  return states;
}

function isKnown(automaton: Automaton, type: string): boolean {
  return automaton.transitions.some((one) => one.event === type);
}

function targetOf(automaton: Automaton, type: string): string | undefined {
  return automaton.transitions.find((one) => one.event === type)?.to;
}

/** Nothing about a job follows the event that ended it. */
export function nothingAfterTheEnd(rules: EmitRules): Monitor {
  const ends = Object.entries(rules.events).filter(([, rule]) => rule.terminal);
  return monitor({
    id: 'emit/always/nothing-after-the-end',
    title: 'nothing about a job follows the event that ended it',
    surface: 'emit',
    per: 'connection × job',
    checks: [...new Set(ends.flatMap(([, rule]) => rule.nothingAfter))],
    start: () => ({ ended: [] as readonly string[] }),
    step(state, event, report) {
      if (event.kind !== 'frame') return; // For the compiler, as above.
      const type = typeOf(event);
      if (rules.furtherEvents && !eventRule(rules, type)) return;
      for (const id of state.ended) {
        report.find(
          id,
          { rule: 'after-the-end', expected: 'no event after the terminal one', actual: type ?? 'no type' },
          event,
        );
      }
      if (state.ended.length > 0) return;
      // Who comes late learns of the end from the init: nothing follows that either.
      const status = messageOf(event)?.status;
      const last =
        type === 'init' ? ends.find(([, rule]) => Object.hasOwn(rule.status, String(status)))?.[0] : type;
      const rule = eventRule(rules, last);
      if (!rule?.terminal) return;
      state.ended = rule.nothingAfter;
      for (const id of state.ended) report.saw(id, event);
    },
  });
}

/** The attempt number of a job's retries grows by one each time. */
export function attemptsCount(): Monitor {
  return monitor({
    id: 'emit/always/attempts-count',
    title: "the attempt number grows by one from each of a job's retries to its next",
    surface: 'emit',
    per: 'connection × job',
    checks: ['E34i'],
    start: () => ({ last: undefined as number | undefined, from: undefined as number | undefined }),
    step(state, event, report, { recording, jobOf }) {
      if (event.kind !== 'frame') return; // For the compiler, here too.
      state.from ??= event.seq;
      if (typeOf(event) !== 'retried') return;
      const data = messageOf(event)?.data;
      const attempt =
        typeof data === 'object' && data !== null && 'attemptNumber' in data ? data.attemptNumber : undefined;
      if (typeof attempt !== 'number') return;
      if (state.last === undefined) {
        // Who came after the first failure cannot tell what the count began with.
        const job = jobById(recording, jobOf(event));
        const from = state.from;
        const all =
          job?.calls.filter((call) => call.verb === 'fail').every((call) => call.seq > from) ?? false;
        if (all && from < event.seq) report.reads('A33', String(attempt), event);
        if (attempt < 0)
          report.find(
            'E34i',
            { rule: 'negative', expected: 'a number not below 0', actual: String(attempt) },
            event,
          );
      } else {
        report.saw('E34i', event);
        if (attempt !== state.last + 1) {
          report.find(
            'E34i',
            { rule: 'attempt', expected: String(state.last + 1), actual: String(attempt) },
            event,
          );
        }
      }
      state.last = attempt;
    },
  });
}
