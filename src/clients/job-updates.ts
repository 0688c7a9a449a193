import { isObject, type JsonObject } from '../contract/json.ts';
import type { Client, PusherTarget } from '../target/target.ts';
import { Heard } from './heard.ts';
import { serveReference } from './serve-reference.ts';

/** What a library does for one client, whose channel it follows. */
export interface Follower {
  /** Subscribes to the channel of another client as well. */
  readonly tryChannelOf: (client: string) => Promise<'refused' | 'open'>;
  readonly leave: () => void;
}

/**
 * Has a library follow the updates of one client; resolves once its channel is open, and rejects where it is told that
 * it never will be.
 */
export type Follow = (
  target: PusherTarget,
  client: Client,
  hear: (update: JsonObject) => void,
) => Promise<Follower>;

/** A follower of its own channel, once that is open; where it never will be it leaves. */
export async function followerOf(
  client: Client,
  subscribed: (client: string) => Promise<unknown>,
  leave: () => void,
): Promise<Follower> {
  try {
    await subscribed(client.id);
  } catch (error) {
    leave();
    throw error;
  }
  const tryChannelOf = (other: string): Promise<'refused' | 'open'> =>
    subscribed(other).then(
      () => 'open',
      () => 'refused',
    );
  return { tryChannelOf, leave };
}

/** Each job goes this way, as long as it is given two updates. */
const life = ['processing', 'in_progress', 'in_progress', 'done'];

/** What a progress is, in either document. */
const progress: Readonly<Record<string, (value: unknown) => boolean>> = {
  modelbeam: (value) => typeof value === 'number',
  dryapi: (value) => typeof value === 'string' && /^\d+\.\d\d$/.test(value),
};

/**
 * What a user of the library would complain about: nothing, if its client hears of the whole life of its job and of
 * nobody else's, and has no way to another one's channel. Two clients follow, and their jobs take turns, so that what
 * reaches the wrong one is there before the last update of its own.
 */
export async function complaints(
  dialect: string,
  follow: Follow,
  faults: readonly string[] = [],
): Promise<string[]> {
  const { target, close } = await serveReference('pusher', dialect, faults);
  const followers: Follower[] = [];
  const heard = { own: new Heard<JsonObject>(), foreign: new Heard<JsonObject>() };
  const jobs = { own: [] as string[], foreign: [] as string[] };
  try {
    for (const tenant of ['own', 'foreign'] as const)
      followers.push(await follow(target, clientOf(target, tenant), heard[tenant].tell));
    const stranger = await followers[0]?.tryChannelOf(clientOf(target, 'foreign').id);
    for (const tenant of ['foreign', 'own', 'foreign', 'own'] as const)
      jobs[tenant].push(await doneJob(target, clientOf(target, tenant), heard[tenant]));
    const found = [
      ...aboutUpdates(dialect, jobs.own, heard.own.all),
      ...aboutUpdates(dialect, jobs.foreign, heard.foreign.all),
      ...(await aboutResult(heard.own.all.at(-1))),
    ];
    return stranger === 'open' ? [...found, 'another client’s channel opened'] : found;
  } catch (error) {
    return [(error as Error).message];
  } finally {
    for (const follower of followers) follower.leave();
    await close();
  }
}

function aboutUpdates(dialect: string, jobs: readonly string[], heard: readonly JsonObject[]): string[] {
  const found: string[] = [];
  if (heard.some(({ request_id: id }) => !jobs.includes(String(id))))
    found.push('an update of somebody else’s job');
  for (const job of jobs) {
    const updates = heard.filter(({ request_id: id }) => id === job);
    const statuses = updates.map(({ status }) => status).join(', ');
    if (statuses !== life.join(', ')) found.push(`a job went ${statuses}`);
    // ModelBeam leaves it open.
    const isEarly =
      dialect === 'dryapi' && updates.some((update) => update.status !== 'done' && update.result_url);
    if (isEarly) found.push('a result before the end');
    if (!updates.every((update) => progress[dialect]?.(update.progress)))
      found.push('a progress of another type');
  }
  return found;
}

/** What a user finds who downloads the result. */
async function aboutResult(update: JsonObject | undefined): Promise<string[]> {
  const url = String(update?.result_url);
  if (!URL.canParse(url)) return ['no result at the end'];
  const { status } = await fetch(url, { headers: { connection: 'close' } });
  return status === 200 ? [] : [`the result answers ${status}`];
}

/** Submits a job, and waits until its client has heard of its end. */
async function doneJob(target: PusherTarget, client: Client, heard: Heard<JsonObject>): Promise<string> {
  const { path, body } = target.jobs?.submit ?? { path: '', body: {} };
  const response = await fetch(`${target.urls.api}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${client.tokens.api}`,
      'content-type': 'application/json',
      connection: 'close',
    },
    body: JSON.stringify({ ...body, updates: 2 }),
  });
  const answer: unknown = await response.json();
  const { request_id: job } = isObject(answer) && isObject(answer.data) ? answer.data : {};
  const isEnd = ({ request_id: id, status }: JsonObject): boolean => id === job && status === 'done';
  await heard.until('the end of its job', isEnd);
  return String(job);
}

function clientOf({ clients }: PusherTarget, tenant: Client['tenant']): Client {
  const client = clients.find((one) => one.tenant === tenant);
  if (!client) throw new Error(`the reference server has no ${tenant} client`);
  return client;
}
