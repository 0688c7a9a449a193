import type { Options } from 'k6/options';
import { BulkMember } from '../../src/load/bulk/bulk-member.ts';
import { controlVariables, type Order } from '../../src/load/control/messages.ts';
import type { LoadPlan } from '../../src/load/plan/load-plan.ts';
import { K6Host } from './k6-host.ts';
import { connect } from './socket.ts';

// The environment of the process, which k6 hands to scripts; its global types would apply to all of ours.
declare const __ENV: Readonly<Record<string, string | undefined>>;

/** Few VUs with many sockets each: a socket costs a third of what a VU does. */
export const options: Options = {
  scenarios: {
    subscribers: {
      executor: 'per-vu-iterations',
      vus: Number(__ENV.PLUMBLINE_MEMBERS ?? 1),
      iterations: 1,
      // The coordinator ends it, and so does its loss.
      maxDuration: '24h',
      gracefulStop: '0s',
    },
  },
  // Every connection has one of its own, and nobody reads them.
  systemTags: [],
  noCookiesReset: true,
};

/** What a VU does for a surface: what the coordinator says, until it says stop. */
export function generator(surface: LoadPlan['surface'], metricName: string): () => void {
  return () => {
    const { [controlVariables.url]: url, [controlVariables.token]: token } = __ENV;
    if (!url || !token) throw new Error('not started by a coordinator: run npm run load');
    const control = connect(url, 'control');
    const host = new K6Host(control, metricName);
    const member = new BulkMember(host);
    control.onopen = () => {
      // k6 does not tell a script the id of its process; whoever started it knows.
      host.tell({ say: 'hello', role: 'bulk', token, pid: 0 });
    };
    control.onmessage = ({ data }) => {
      if (typeof data !== 'string') return;
      try {
        const order = JSON.parse(data) as Order;
        if (order.say === 'plan' && order.plan.surface !== surface) {
          throw new Error(`a plan for ${order.plan.surface} came to the script for ${surface}`);
        }
        member.handle(order);
      } catch (cause) {
        host.tell({ say: 'broken', reason: String((cause as Error).stack ?? cause) });
      }
    };
    control.onerror = () => {};
    // A peer that answers no close keeps k6 from ending, whatever is done here: the process is guarded from outside.
    control.onclose = () => member.abandon();
  };
}
