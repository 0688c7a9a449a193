import type { HeartbeatRule } from '../../contract/beam-rules.ts';
import type { OpenPoint } from '../../contract/rules.ts';
import type { ReferenceContext } from '../surface-server.ts';

/** One realtime endpoint: a dialect at a path of its own, with credentials of its own. */
export interface Endpoint {
  readonly dialect: string;
  /** Without the slash of the channel `/`, which is optional here. */
  readonly path: string;
  readonly tokens: { readonly valid: string; readonly revoked: string };
  readonly handlerKey: string;
  readonly queryToken: string;
  readonly heartbeat: HeartbeatRule | undefined;
  /** The reading that this endpoint follows: what its dialect pins comes first. */
  readonly reading: (point: BeamPoint) => string;
}

export type BeamPoint = 'A16' | 'A17' | 'A18.heartbeat' | 'A19' | 'A20.failure' | 'A20.streams';

/** The endpoints of the reference server, one for each dialect that the rules know. */
export function endpointsOf(context: ReferenceContext): readonly Endpoint[] {
  const points = new Map<string, OpenPoint>(
    context.contract.beam.openPoints.map((point) => [point.id, point]),
  );
  return Object.entries(context.contract.beam.rules.dialects).map(([dialect, switches]) => {
    const reading = (point: BeamPoint): string =>
      points.get(point)?.pinned[dialect] ?? context.reading(point);
    return {
      dialect,
      path: `/beam/${dialect}`,
      tokens: {
        valid: `plumbline-${dialect}-token-0123456789`,
        revoked: `plumbline-${dialect}-revoked-0123456789`,
      },
      handlerKey: `plumbline-${dialect}-handler-key`,
      queryToken: switches.queryToken,
      heartbeat: reading('A18.heartbeat') === 'ping' ? switches.heartbeat : undefined,
      reading,
    };
  });
}
