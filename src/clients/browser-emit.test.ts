import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type JsonObject, parseJson } from '../contract/json.ts';
import { EmitWorker } from './emit-worker.ts';
import { Heard } from './heard.ts';
import { serveReference } from './serve-reference.ts';

/** Debian's; playwright-core brings no browser of its own. */
const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const missing = isThere ? '' : `: skipped, since there is no ${executablePath} (scripts/install-chromium.sh)`;

let browser: Browser;
beforeAll(async () => {
  if (!isThere) return;
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
  // Its profile is a new and empty one each time.
  browser = await chromium.launch({ executablePath, args });
});
afterAll(() => browser?.close());

/** What a page runs: it watches a stream with what the browser has, and closes it once its job has ended. */
const watching = (url: string, isOneJob: boolean): string => `
  const socket = new WebSocket(${JSON.stringify(url)});
  socket.onopen = () => tell('open');
  socket.onerror = () => tell('error');
  socket.onclose = (event) => tell('closed ' + event.wasClean);
  socket.onmessage = (message) => {
    const event = JSON.parse(message.data);
    tell(JSON.stringify(event));
    if (${isOneJob} && ['completed', 'dead'].includes(event.type)) socket.close();
  };`;

/** A page that watches a stream. */
async function watch(context: BrowserContext, url: string, isOneJob: boolean): Promise<Heard<string>> {
  const heard = new Heard<string>();
  const page = await context.newPage();
  page.on('pageerror', heard.fail);
  await page.exposeFunction('tell', (what: string) =>
    what === 'error' ? heard.fail(new Error('the page got no connection')) : heard.tell(what),
  );
  await page.evaluate(watching(url, isOneJob));
  await heard.until('an open connection', (what) => what === 'open');
  return heard;
}

const eventsOf = (heard: Heard<string>): JsonObject[] =>
  heard.all.map((text) => parseJson(text)).filter((event) => isObject(event));

const isType =
  (job: string, type: string) =>
  (text: string): boolean => {
    const event = parseJson(text);
    return isObject(event) && event.jobId === job && event.type === type;
  };

const progress = { percent: 65, step: 'encoding', fps: 30 };

/**
 * What users would complain about: of a page that shows one job with the public token, and of a dashboard with a key
 * that may read. A job beside it and one of another space end before it does.
 */
async function complaints(end: 'complete' | 'fail', faults: readonly string[] = []): Promise<string[]> {
  const { target, close } = await serveReference('emit', 'emit@1', faults);
  const [own, foreign] = [new EmitWorker(target, 'own'), new EmitWorker(target, 'foreign')];
  const context = await browser.newContext();
  try {
    const dashboard = await watch(context, own.stream('read'), false);
    const mine = await own.create('mine');
    const bar = await watch(context, own.stream('public', mine), true);
    await bar.until('where the job stands', isType(mine, 'init'));
    const neighbour = await own.create('neighbour');
    const strange = await foreign.create('strange');
    await own.poll(2);
    await foreign.poll(1);
    for (const [worker, job] of [
      [foreign, strange],
      [own, neighbour],
      [own, mine],
    ] as const) {
      await worker.act(job, 'ack');
      await worker.act(job, 'progress', progress);
      const secret = `secret of ${job}`;
      await worker.act(job, end, end === 'complete' ? { result: { output: secret } } : { error: secret });
    }
    const last = end === 'complete' ? 'completed' : 'dead';
    await bar.until('the end of the job', isType(mine, last));
    await bar.until('that it closed in order', (what) => what === 'closed true');
    await dashboard.until('the end of the job', isType(mine, last));
    return [
      ...aboutBar(eventsOf(bar), mine, last),
      ...aboutDashboard(eventsOf(dashboard), [mine, neighbour], last),
    ];
  } catch (error) {
    return [(error as Error).message];
  } finally {
    await context.close();
    await close();
  }
}

function aboutBar(events: readonly JsonObject[], job: string, last: string): string[] {
  const found: string[] = [];
  const types = events.map(({ type }) => type).join(', ');
  if (events.some(({ jobId }) => jobId !== job)) found.push('the page saw another job');
  if (types !== `init, delivered, acked, progress, ${last}`) found.push(`the page saw ${types}`);
  const shown = events.find(({ type }) => type === 'progress')?.data;
  if (JSON.stringify(shown) !== JSON.stringify(progress)) found.push('the page could not show the progress');
  if (JSON.stringify(events).includes('secret')) found.push('the page saw what the token must not show');
  return found;
}

function aboutDashboard(events: readonly JsonObject[], jobs: readonly string[], last: string): string[] {
  const found: string[] = [];
  if (events.some(({ jobId }) => !jobs.includes(String(jobId))))
    found.push('the dashboard saw another space');
  for (const job of jobs) {
    const own = events.filter(({ jobId }) => jobId === job);
    const types = own.map(({ type }) => type).filter((type) => type !== 'created');
    if (types.join(', ') !== `delivered, acked, progress, ${last}`)
      found.push(`the dashboard saw ${types.join(', ')}`);
    if (!JSON.stringify(own.at(-1)).includes(`secret of ${job}`)) found.push('the dashboard saw no outcome');
  }
  return found;
}

describe.skipIf(!isThere)(`the WebSocket of a browser on emit streams (003)${missing}`, () => {
  it.each(['complete', 'fail'] as const)(
    'shows the whole life of a job that ends with %s, and of no other',
    async (end) => {
      expect(await complaints(end)).toEqual([]);
    },
  );

  it.concurrent.each([
    ['emit/completed-kept-for-progress', /must not show/],
    ['emit/completed-not-sent', /did not see the end/],
    ['emit/init-left-out', /did not see where the job stands/],
    ['emit/progress-not-sent', /could not show the progress/],
    // The page takes the neighbour's end for that of its own job, and closes.
    ['emit/neighbour-job-hears', /did not see the end/],
    ['emit/foreign-space-hears', /the dashboard saw another space/],
    ['emit/binary-frames', /JSON/],
    ['emit/completed-lost-for-full', /no outcome/],
  ])('suffers from %s', async (fault, complaint) => {
    expect((await complaints('complete', [fault])).join(' · ')).toMatch(complaint);
  });
});
