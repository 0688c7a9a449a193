import type { SurfaceContract } from '../../contract/contract.ts';
import type { EmitRules } from '../../contract/rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Preflight, Surface } from '../../suite/surface.ts';
import { HttpClient } from '../../wire/http.ts';
import { closeCommand } from '../command-program.ts';
import { jobOf } from './message.ts';
import { missing, offers } from './offers.ts';
import { provenPeers } from './proof.ts';
import { EmitVerbs } from './verbs.ts';

/** The emit surface, as the runner knows it. */
export function emitSurface(contract: SurfaceContract<EmitRules>): Surface {
  return {
    name: 'emit',
    missing,
    offers,
    verbs: (stage) => new EmitVerbs(stage, contract.rules),
    tidy: async (_stage, verbs) => {
      if (verbs instanceof EmitVerbs) await verbs.tidy();
    },
    proven: provenPeers,
    jobOf,
    preflight: (stage) => preflight(stage, contract.rules),
    close: async (shared) => {
      const http = shared.get('http');
      if (http instanceof HttpClient) await http.close();
      await closeCommand(shared);
    },
  };
}

/** Any answer will do, a refusal too: only what never answers is not there. */
async function preflight(stage: Stage, rules: EmitRules): Promise<Preflight> {
  const path = rules.api.jobStream.replace('{job}', 'plumbline-preflight');
  const peer = await stage.recorder.dial(
    {
      name: 'preflight',
      url: `${(stage.target.urls.ws ?? '').replace(/\/$/, '')}${rules.api.root}${path}`,
      headers: { ...stage.target.headers },
      connectMs: stage.connectMs,
      answerMs: stage.answerMs,
      tls: stage.target.tls,
    },
    {},
  );
  const { answer } = peer;
  if (answer?.kind === 'unreachable' && answer.why === 'network')
    return { kind: 'unreachable', reason: answer.error };
  return { kind: 'there' };
}
