import { Pool } from 'undici';
import { now } from '../clock.ts';
import { type ControlClient, connectToCoordinator } from '../control/client.ts';
import type { Order, PublishRow } from '../control/messages.ts';
import { type LoadPlan, publishesOf } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';
import { ChannelOrder, dueAfter } from '../plan/schedule.ts';
import { callOf } from '../publish/calls.ts';
import { pace } from '../publish/pacer.ts';

/** Publishes under way at a time. More wait for a connection, and are late by what they wait. */
const mostConnections = 64;

const stopped = new AbortController();
let told: PublishRow[] = [];
let plan: LoadPlan | undefined;
let via: PublishVia | undefined;

await connectToCoordinator('publisher', async (order, control) => {
  switch (order.say) {
    case 'plan':
      plan = order.plan;
      via = order.via;
      setInterval(() => tell(control), 200);
      control.tell({ say: 'joined', id: 0, ready: 0, failed: 0 });
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
  const origin = new URL(by.kind === 'pusher-http' ? by.origin : (by.urls[0] ?? '')).origin;
  const pool = new Pool(origin, {
    connections: mostConnections,
    pipelining: 1,
    connect: {
      timeout: known.deadlines.connectMs,
      ...(known.tls.ca === undefined ? {} : { ca: known.tls.ca }),
      ...(known.tls.insecure ? { rejectUnauthorized: false } : {}),
      ...(known.tls.serverName === undefined ? {} : { servername: known.tls.serverName }),
    },
    headersTimeout: known.deadlines.answerMs,
    bodyTimeout: known.deadlines.answerMs,
  });
  const underWay = new Set<Promise<void>>();
  await pace(
    {
      dueAt,
      ready: (n) => {
        const publish = publishOf(known, by, channels.channel[n] ?? 0, channels.seq[n] ?? 0);
        return () => {
          const one = send(pool, publish);
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
  await pool.close();
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
