import { Pool } from 'undici';
import { tlsConnectOptions } from '../../wire/tls-options.ts';
import { now } from '../clock.ts';
import { type ControlClient, connectToCoordinator } from '../control/client.ts';
import type { Order, PublishRow } from '../control/messages.ts';
import { type LoadPlan, publishesOf } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';
import { ChannelOrder, dueAfter } from '../plan/schedule.ts';
import { callOf, type PublishCall } from '../publish/calls.ts';
import { pace } from '../publish/pacer.ts';
import { readyNumber } from '../wire/marker.ts';

/** Publishes under way at a time. More wait for a connection, and are late by what they wait. */
const mostConnections = 64;

const stopped = new AbortController();
let told: PublishRow[] = [];
let plan: LoadPlan | undefined;
let via: PublishVia | undefined;
let pool: Pool | undefined;
let greeting: NodeJS.Timeout | undefined;

await connectToCoordinator('publisher', async (order, control) => {
  switch (order.say) {
    case 'plan':
      plan = order.plan;
      via = order.via;
      setInterval(() => tell(control), 200);
      control.tell({ say: 'joined', id: 0, ready: 0, failed: 0 });
      return;
    case 'greet':
      greet(order.everyMs);
      return;
    case 'publish':
      await publish(order, control);
      return;
    case 'flush':
      tell(control);
      control.tell({ say: 'flushed', id: order.id });
      return;
    case 'stop':
      stopped.abort();
      tell(control);
      await control.settled();
      process.exit(0);
  }
});

/** Publishes the whole schedule, open loop: what is due goes out, whether or not what went before was answered. */
async function publish(
  order: Extract<Order, { readonly say: 'publish' }>,
  control: ControlClient,
): Promise<void> {
  if (!plan || !via) throw new Error('told to publish before there was a plan');
  const [known, by] = [plan, via];
  const count = publishesOf(known.stage);
  const channels = new ChannelOrder(known, count);
  const dueAt = Float64Array.from({ length: count }, (_, n) => order.startAt + dueAfter(known.stage, n));
  pool ??= poolOf(known, by);
  const connections = pool;
  const underWay = new Set<Promise<void>>();
  await pace(
    {
      dueAt,
      ready: (n) => {
        const publish = publishOf(known, by, channels.channel[n] ?? 0, channels.seq[n] ?? 0);
        return () => {
          const one = send(connections, publish);
          underWay.add(one);
          void one.finally(() => underWay.delete(one));
        };
      },
      ahead: true,
    },
    stopped.signal,
  );
  await Promise.all(underWay);
  tell(control);
  control.tell({ say: 'published' });
}

function poolOf({ deadlines, tls }: LoadPlan, via: PublishVia): Pool {
  const { origin } = new URL(via.kind === 'pusher-http' ? via.origin : (via.channels[0]?.urls[0] ?? ''));
  return new Pool(origin, {
    connections: mostConnections,
    pipelining: 1,
    connect: {
      timeout: deadlines.connectMs,
      ...tlsConnectOptions(tls),
    },
    headersTimeout: deadlines.answerMs,
    bodyTimeout: deadlines.answerMs,
  });
}

/** Publishes what is no publish of the plan, on each channel: whoever receives it is there. */
function greet(everyMs: number): void {
  if (greeting) clearInterval(greeting);
  greeting = undefined;
  if (everyMs <= 0 || !plan || !via) return;
  const [known, by] = [plan, via];
  pool ??= poolOf(known, by);
  const connections = pool;
  const round = (): void => {
    for (let channel = 0; channel < known.channels.length; channel++) {
      void greetOn(connections, callOf(known, by, channel, readyNumber, Date.now() / 1000));
    }
  };
  round();
  greeting = setInterval(round, everyMs);
}

async function greetOn(pool: Pool, { url, headers, body }: PublishCall): Promise<void> {
  const { pathname, search } = new URL(url);
  try {
    const answer = await pool.request({ method: 'POST', path: pathname + search, headers, body });
    await answer.body.dump();
  } catch {
    // The next round is another chance; whoever is never ready is counted as such.
  }
}

/** One publish as it goes out, made before it is due. */
interface Publish {
  readonly channel: number;
  readonly seq: number;
  readonly request: Parameters<Pool['request']>[0];
}

function publishOf(plan: LoadPlan, via: PublishVia, channel: number, seq: number): Publish {
  const { url, headers, body } = callOf(plan, via, channel, seq, Date.now() / 1000);
  const { pathname, search } = new URL(url);
  return { channel, seq, request: { method: 'POST', path: pathname + search, headers, body } };
}

async function send(pool: Pool, { channel, seq, request }: Publish): Promise<void> {
  const sent = now();
  try {
    const answer = await pool.request(request);
    const acknowledged = now();
    await answer.body.dump();
    told.push([channel, seq, sent, acknowledged, answer.statusCode]);
  } catch {
    // Whether it was published is not known; the accounts say so.
    told.push([channel, seq, sent, -1, 0]);
  }
}

function tell(control: ControlClient): void {
  if (told.length === 0) return;
  const rows = told;
  told = [];
  control.tell({ say: 'publishes', rows });
}
