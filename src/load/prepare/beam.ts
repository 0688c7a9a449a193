import type { BeamTarget } from '../../target/target.ts';
import type { ChannelPlan } from '../plan/load-plan.ts';
import type { Lacking, Preparation, Stamped } from './preparation.ts';

/** What a realtime endpoint lacks for a load. */
export function lackingForBeam(target: BeamTarget, needs: { readonly publish: boolean }): Lacking {
  const lacking: string[] = [];
  if (target.tokens.valid === undefined) lacking.push('tokens.valid: to connect');
  // Only the published handler answers what can be told to be an answer.
  if (needs.publish && !target.drivers.includes('beam-handler')) {
    lacking.push('the driver beam-handler (handler.key): the published handler answers inputs of ours');
  }
  return lacking;
}

/** The one channel of an endpoint, to which each subscriber has a connection of its own. */
export function prepareBeam(target: BeamTarget, { run }: Stamped): Preparation {
  const url = target.urls.ws.endsWith('/') ? target.urls.ws : `${target.urls.ws}/`;
  const door = (token: string): ChannelPlan => ({
    name: '',
    url,
    headers: { ...target.headers, authorization: `Bearer ${token}` },
  });
  const good = door(target.tokens.valid ?? '');
  return {
    channels: [good],
    authorize: { kind: 'none' },
    about: () => ({ credential: 'valid' }),
    intruder: { good, bad: door(`plumbline-nobody-${run.toString(16)}`) },
    ...(target.handler === undefined ? {} : { handlerKey: target.handler.key }),
    finish: async () => {},
  };
}
