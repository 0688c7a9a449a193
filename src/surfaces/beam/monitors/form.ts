import type { BeamRules } from '../../../contract/beam-rules.ts';
import type { SurfaceContract } from '../../../contract/contract.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { isForetold } from '../foretold.ts';
import { formRequirements, formsOf, isFormKnown } from '../form.ts';

/** Every frame is text, is JSON, and is the object that its schema asks for. */
export function form(contract: SurfaceContract<BeamRules>, dialect: string): Monitor {
  const formOf = formsOf(contract, dialect);
  const checks = new Set<string>(formRequirements);
  return monitor({
    id: 'beam/always/form',
    title: 'every message is a text frame that holds one JSON object',
    surface: 'beam',
    per: 'connection',
    checks: [...checks],
    // Asked once: it looks at every input, and mostly the handler is the one that is published.
    start: ({ recording }) => ({ isPublished: !isForetold(recording) }),
    step({ isPublished }, event, report, { recording }) {
      if (event.kind !== 'frame') return;
      if (!isPublished && !isFormKnown(contract.rules, dialect, recording, event)) return;
      const { judged, broken } = formOf(event);
      for (const id of judged) if (checks.has(id)) report.saw(id, event);
      for (const { requirement, ...finding } of broken) {
        if (checks.has(requirement)) report.find(requirement, finding, event);
      }
    },
  });
}
