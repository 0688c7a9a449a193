import type { SurfaceContract } from '../../contract/contract.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { Preflight, Surface } from '../../suite/surface.ts';
import { PusherClientVerbs } from './pusher-verbs.ts';
import { provenConnections } from './seen.ts';

/** A client under test, as the runner knows it: the surface is that of the server that is played to it. */
export function pusherClients({ rules }: SurfaceContract<PusherRules>, dialect: string): Surface {
  return {
    name: 'pusher',
    missing: () => [],
    offers: () => true,
    verbs: (stage) => new PusherClientVerbs(stage, rules, dialect),
    tidy: async (_stage, verbs) => {
      if (verbs instanceof PusherClientVerbs) await verbs.tidy();
    },
    proven: provenConnections,
    jobOf: () => undefined,
    preflight: (stage) => preflight(stage, new PusherClientVerbs(stage, rules, dialect)),
    close: async () => {},
  };
}

/** A command that never dials in says nothing of the client: it is not there, or does not know where the server is. */
async function preflight({ shared }: Stage, client: PusherClientVerbs): Promise<Preflight> {
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
