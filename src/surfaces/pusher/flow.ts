import type { Flow, FlowStep } from '../../contract/flow.ts';
import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { PusherVerbs } from './verbs.ts';

/** What a flow's job is called in the recording; under `interleaved` there are two. */
export function jobName(flow: Flow, n = 1): string {
  const name = flow.id.replace('pusher/', '');
  return n === 1 ? name : `${name} ${n}`;
}

/** The jobs of a flow. */
export function jobNames(flow: Flow): string[] {
  // Worker flows share a scene, so that they are interleaved with each other.
  const two = flow.variants.includes('interleaved') && flow.actor !== 'worker';
  return two ? [jobName(flow, 1), jobName(flow, 2)] : [jobName(flow)];
}

/** Name of the recorded step in which the n-th step of a flow was awaited. */
export function moveName(job: string, n: number): string {
  return `${job} ${n}`;
}

/** The connections that stand for a variant: who is judged, and who must be there for it. */
export function peersOf(variant: string): readonly string[] {
  switch (variant) {
    case 'two-viewers':
      return ['first', 'second'];
    case 'late-joiner':
      return ['late'];
    case 'reconnect-midway':
      return ['leaver', 'back'];
    default:
      return ['first'];
  }
}

/** Opens the viewers that are there from the start. */
async function open(flows: readonly Flow[], verbs: PusherVerbs, channel: string): Promise<string[]> {
  const variants = flows.flatMap((flow) => flow.variants);
  const peers = [
    'first',
    ...(variants.includes('two-viewers') ? ['second'] : []),
    ...(variants.includes('reconnect-midway') ? ['leaver'] : []),
  ];
  await Promise.all(peers.map((peer) => arrive(verbs, peer, channel)));
  return peers;
}

async function arrive(verbs: PusherVerbs, peer: string, channel: string): Promise<void> {
  await verbs.connections.connect(peer, { about: { channel } });
  await verbs.connections.join(peer, channel);
}

/** Midway somebody joins, and somebody else goes and comes back. Whoever stays is returned. */
async function midway(
  flows: readonly Flow[],
  verbs: PusherVerbs,
  channel: string,
  peers: readonly string[],
): Promise<string[]> {
  const variants = flows.flatMap((flow) => flow.variants);
  const stay = peers.filter((peer) => peer !== 'leaver');
  const late = variants.includes('late-joiner') ? ['late'] : [];
  const back = variants.includes('reconnect-midway') ? ['back'] : [];
  if (back.length > 0) await verbs.connections.cut('leaver');
  await Promise.all([...late, ...back].map((peer) => arrive(verbs, peer, channel)));
  return [...stay, ...late, ...back];
}

/** What a driver that can script jobs is told of a flow's job. */
function scriptOf(flow: Flow): JsonObject {
  const { updates, previews } = flow.job;
  return { ...(updates === undefined ? {} : { updates }), ...(previews === undefined ? {} : { previews }) };
}

/**
 * Submits the jobs of server flows, one flow after the other, and lets the server go its own way. A job
 * that is to fail comes first: the end of those after it is the fence for what must not be said of it.
 */
export async function performServerFlows(
  flows: readonly Flow[],
  verbs: PusherVerbs,
  { watched = false }: { readonly watched?: boolean } = {},
): Promise<void> {
  const channel = verbs.auth.channel();
  const peers = await open(flows, verbs, channel);
  let stay = peers;
  const jobs: string[] = [];
  for (const flow of flows) {
    if (flow.job.fails === true) {
      await fail(flow, verbs);
      continue;
    }
    for (const name of jobNames(flow)) {
      const kind = flow.job.kind === 'other' ? 'submitOther' : 'submit';
      if (await verbs.jobs.submit(name, { as: kind, script: scriptOf(flow) })) jobs.push(name);
    }
  }
  const [first] = jobs;
  if (first !== undefined) {
    const polled = watched ? verbs.jobs.watch(first) : undefined;
    await verbs.jobs.awaitAny('first', first, ['processing', 'in_progress', 'done']);
    stay = await midway(flows, verbs, channel, peers);
    // Who joined midway may have come too late for the end: what it has had is judged, not waited for.
    const fromTheStart = stay.filter((peer) => peers.includes(peer));
    for (const name of jobs)
      await verbs.jobs.await(`end of ${name}`, fromTheStart, name, 'done', { owns: ownerOfEnd(flows) });
    await polled;
  }
  for (const peer of stay) await verbs.connections.ping(peer, { step: `fence ${peer}` });
}

/** The requirement that a missing end breaks. */
function ownerOfEnd(flows: readonly Flow[]): string | undefined {
  return flows.flatMap((flow) => flow.steps.filter((step) => step.await === 'done')).at(0)?.owns;
}

/** A job that fails, until its webhook or the status endpoint says that it has. */
async function fail(flow: Flow, verbs: PusherVerbs): Promise<void> {
  const name = jobName(flow);
  const webhookUrl = await verbs.webhooks.url(name);
  if (!(await verbs.jobs.submit(name, { as: 'submitFailing', webhookUrl }))) return;
  const status = verbs.jobs.watch(name);
  if (webhookUrl !== undefined) {
    await verbs.waits.next((event) => event.kind === 'exchange' && isFailure(event.json), 0);
  }
  await status;
}

function isFailure(json: Json | undefined): boolean {
  return isObject(json) && json.event === 'job.failed';
}

interface Move {
  readonly n: number;
  readonly step: FlowStep;
}

function movesOf(flow: Flow): Move[] {
  return flow.steps.map((step, at) => ({ n: at + 1, step }));
}

/** Moves the jobs of worker flows step by step, in turns: each is interleaved with the others. */
export async function performWorkerFlows(flows: readonly Flow[], verbs: PusherVerbs): Promise<void> {
  const channel = verbs.auth.channel();
  let peers = await open(flows, verbs, channel);
  for (const flow of flows) {
    await verbs.jobs.submit(jobName(flow), { script: { hold: true } });
  }
  const longest = Math.max(...flows.map((flow) => flow.steps.length));
  for (let at = 1; at < longest; at++) {
    if (at === Math.ceil(longest / 2)) peers = await midway(flows, verbs, channel, peers);
    for (const flow of flows) {
      const move = movesOf(flow)[at];
      if (move) await moveJob(verbs, jobName(flow), move, peers);
    }
  }
  for (const peer of peers) await verbs.connections.ping(peer, { step: `fence ${peer}` });
}

async function moveJob(
  verbs: PusherVerbs,
  job: string,
  { n, step }: Move,
  peers: readonly string[],
): Promise<void> {
  if (step.verb !== 'step') return;
  const from = verbs.position;
  await verbs.jobs.step(job, isObject(step.with) ? step.with : {}, `step ${moveName(job, n)}`);
  await verbs.jobs.status(job);
  if (step.await === undefined) return;
  await verbs.jobs.await(moveName(job, n), peers, job, step.await, { from, owns: step.owns });
}

/** Publishes the updates of a publisher flow; the jobs of `interleaved` in turns. */
export async function performPublisherFlow(flow: Flow, verbs: PusherVerbs): Promise<void> {
  const channel = verbs.auth.hasSecret ? `private-client.${verbs.nonce}-published` : verbs.auth.channel();
  let peers = await open([flow], verbs, channel);
  const names = jobNames(flow);
  for (const name of names) verbs.publisher.job(name, channel);
  const moves = movesOf(flow);
  for (const { n, step } of moves) {
    if (n === Math.ceil(moves.length / 2)) peers = await midway([flow], verbs, channel, peers);
    for (const name of names) {
      const from = verbs.position;
      const update = planted(step.with ?? {}, verbs);
      await verbs.publisher.update(name, isObject(update) ? update : {}, `publish ${moveName(name, n)}`);
      if (step.await !== undefined)
        await verbs.publisher.await(moveName(name, n), peers, name, step.await, { from, owns: step.owns });
    }
  }
  for (const peer of peers) await verbs.connections.ping(peer, { step: `fence ${peer}` });
}

/** `$name` in what a step carries stands for the canary of that name, `image` for a preview of usual size. */
function planted(value: Json, canaries: { readonly canary: (name: string) => string }): Json {
  if (typeof value === 'string')
    return value === 'image'
      ? preview
      : value.replace(/\$([a-z]+)/g, (_, name: string) => canaries.canary(name));
  if (Array.isArray(value)) return value.map((item) => planted(item, canaries));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, planted(item, canaries)]));
  return value;
}

/** As large as a small preview is: 6 KB of base64, which begins as a JPEG does. */
const preview = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(4500, 0x5a)]).toString(
  'base64',
);
