import type { BeamRules } from '../../../contract/beam-rules.ts';
import { jobById } from '../../../suite/job-by-id.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { dialectOf } from '../dialect.ts';
import { isForetold } from '../foretold.ts';
import { askedOf, indexesIn, inputOf, isHeartbeat, markIn, shown, textOf } from '../message.ts';

interface Memory {
  /** Inputs that no handler can make anything of, whose answers need bear no nonce (A19, A20.failure). */
  excuses: number;
  answered: boolean;
}

/** What arrives on a connection answers an input that was sent on it. */
export function address(rules: BeamRules, dialect: string): Monitor {
  const { heartbeat } = dialectOf(rules, dialect);
  return monitor<Memory>({
    id: 'beam/always/address',
    title: 'a connection carries the answers to its own inputs, and nothing else',
    surface: 'beam',
    per: 'connection',
    checks: ['B6', 'B7'],
    notStreamed: 'it needs the inputs that the verbs of a scene have sent',
    start: () => ({ excuses: 0, answered: false }),
    step(memory, event, report, { recording }) {
      if (event.kind === 'sent') {
        const id = markIn(event.text);
        const job = jobById(recording, id);
        const asked = job ? askedOf(job) : 'raw';
        if (asked === 'fail' || asked === 'raw') memory.excuses += 1;
        return;
      }
      if (event.kind !== 'frame' || isHeartbeat(heartbeat, event)) return;
      const requirement = indexesIn(recording, event).length > 0 ? 'B7' : 'B6';
      const answers = inputOf(recording, event);
      if (answers?.where === event.peer) {
        memory.answered = true;
        report.saw(requirement, event);
      } else if (answers !== undefined || markIn(textOf(event)) !== undefined) {
        const expected = 'answers to inputs of this connection alone';
        report.find(requirement, { rule: 'elsewhere', expected, ...shown(event) }, event);
      } else if (memory.excuses > 0) {
        memory.excuses -= 1;
      } else if (memory.answered && !isForetold(recording)) {
        // Whatever else a handler says that is not ours may be its own, so that it is no finding there.
        // What a server says before it has answered anything is no answer: whether it may is stated nowhere.
        report.find('B6', { rule: 'unasked', expected: 'answers to inputs alone', ...shown(event) }, event);
      }
    },
  });
}
