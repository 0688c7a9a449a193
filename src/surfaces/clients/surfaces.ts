import type { SurfaceContract } from '../../contract/contract.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { SurfaceName } from '../../contract/requirement.ts';
import type { EmitRules } from '../../contract/rules.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { Preflight, Surface } from '../../suite/surface.ts';
import { ClientLife } from './client-life.ts';
import { EmitClientVerbs } from './emit-verbs.ts';
import { PusherClientVerbs } from './pusher-verbs.ts';
import { admittedConnections, provenConnections } from './seen.ts';

/** Clients of the pusher surface, as the runner knows them. */
export function pusherClients({ rules }: SurfaceContract<PusherRules>, dialect: string): Surface {
  return clients('pusher', (stage) => new PusherClientVerbs(stage, rules, dialect), provenConnections);
}

/** Clients of the emit surface, as the runner knows them. */
export function emitClients({ rules }: SurfaceContract<EmitRules>, dialect: string): Surface {
  return clients('emit', (stage) => new EmitClientVerbs(stage, rules, dialect), admittedConnections);
}

/** A client under test: the surface is that of the server that is played to it. */
function clients(name: SurfaceName, play: (stage: Stage) => ClientLife, proven: Surface['proven']): Surface {
  return {
    name,
    missing: () => [],
    offers: () => true,
    verbs: play,
    tidy: async (_stage, verbs) => {
      if (verbs instanceof ClientLife) await verbs.tidy();
    },
    proven,
    jobOf: () => undefined,
    preflight: (stage) => preflight(stage, play(stage)),
    close: async () => {},
  };
}

/** A command that never dials in says nothing of the client: it is not there, or does not know where the server is. */
async function preflight({ shared }: Stage, client: ClientLife): Promise<Preflight> {
  // It came once. Where it does not come a second time, the scene that waits for it says so.
  if (shared.has('came')) return { kind: 'there' };
  try {
    await client.start();
    shared.set('came', true);
    return { kind: 'there' };
  } catch (cause) {
    if (!(cause instanceof SceneStopped)) throw cause;
    return { kind: 'unreachable', reason: client.whyNot() };
  } finally {
    await client.tidy();
  }
}
