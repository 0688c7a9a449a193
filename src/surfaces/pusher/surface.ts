import type { SurfaceContract } from '../../contract/contract.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Preflight, Surface } from '../../suite/surface.ts';
import { HttpClient } from '../../wire/http.ts';
import { closeCommand } from '../command-program.ts';
import { exchange } from './http-pool.ts';
import { jobOf } from './message.ts';
import { missing, offers } from './offers.ts';
import { provenPeers } from './proof.ts';
import { PusherVerbs } from './verbs.ts';
import { closeSink } from './webhooks.ts';

/** The pusher surface, as the runner knows it. */
export function pusherSurface(contract: SurfaceContract<PusherRules>): Surface {
  return {
    name: 'pusher',
    missing,
    offers,
    verbs: (stage) => new PusherVerbs(stage, contract.rules),
    tidy: async (_stage, verbs) => {
      if (verbs instanceof PusherVerbs) await verbs.tidy();
    },
    proven: provenPeers,
    jobOf,
    preflight,
    close: async (shared) => {
      await closeCommand(shared);
      await closeSink(shared);
      const http = shared.get('http');
      if (http instanceof HttpClient) await http.close();
    },
  };
}

/** Any answer will do, a refusal too: only what never answers is not there. */
async function preflight(stage: Stage): Promise<Preflight> {
  const { target } = stage;
  if (target.surface !== 'pusher') return { kind: 'unreachable', reason: 'not a pusher target' };
  if (target.urls.ws === undefined) return overHttp(stage, target.urls.auth ?? target.urls.trigger ?? '');
  const peer = await stage.recorder.dial(
    {
      name: 'preflight',
      url: `${target.urls.ws}/app/${target.app.key}?protocol=7`,
      headers: { ...target.headers },
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

async function overHttp(stage: Stage, url: string): Promise<Preflight> {
  const answer = await exchange(stage, { name: 'preflight', method: 'OPTIONS', url });
  const network = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|connect|certificate/i;
  return answer.status === 0 && network.test(answer.error ?? '')
    ? { kind: 'unreachable', reason: answer.error ?? 'no answer' }
    : { kind: 'there' };
}
