import type { BeamRules } from '../../contract/beam-rules.ts';
import type { SurfaceContract } from '../../contract/contract.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Preflight, Surface } from '../../suite/surface.ts';
import { HttpClient } from '../../wire/http.ts';
import { closeCommand } from '../command-program.ts';
import { dialectOf } from './dialect.ts';
import { knockWith } from './door.ts';
import { jobOf } from './message.ts';
import { missing, offers } from './offers.ts';
import { provenPeers } from './proof.ts';
import { BeamVerbs } from './verbs.ts';

/** The beam surface under one dialect, as the runner knows it. */
export function beamSurface(contract: SurfaceContract<BeamRules>, dialect: string): Surface {
  const switches = dialectOf(contract.rules, dialect);
  return {
    name: 'beam',
    missing,
    offers,
    verbs: (stage) => new BeamVerbs(stage, contract.rules, switches),
    tidy: async () => {},
    proven: provenPeers,
    jobOf,
    preflight: (stage) => preflight(stage, contract.rules, switches.queryToken),
    close: async (shared) => {
      await closeCommand(shared);
      const http = shared.get('http');
      if (http instanceof HttpClient) await http.close();
    },
  };
}

/** Any answer will do. A good token is shown where there is one, since only that wakes a sleeping endpoint. */
async function preflight(stage: Stage, rules: BeamRules, queryToken: string): Promise<Preflight> {
  const { target } = stage;
  if (target.surface !== 'beam') throw new Error('not a beam target');
  const { valid, garbage } = rules.credentials;
  const shown = target.tokens.valid === undefined ? garbage : valid;
  const knock = shown && knockWith(target, shown, rules.paths.root?.path ?? '/', queryToken);
  if (!knock) throw new Error('no credential to knock with in the rules');
  const peer = await stage.recorder.dial(
    {
      name: 'preflight',
      ...knock,
      connectMs: stage.connectMs,
      answerMs: stage.answerMs,
      tls: target.tls,
    },
    {},
  );
  const { answer } = peer;
  if (answer?.kind === 'unreachable' && answer.why === 'network')
    return { kind: 'unreachable', reason: answer.error };
  return { kind: 'there' };
}
