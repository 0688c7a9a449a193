import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunEvent } from '../conform/run-event.ts';
import { on, written as recorded } from '../suite/written-recording.ts';
import { html } from './html.ts';
import { cases, events, hostile, plainContext, toMemory } from './sample-run.ts';

/** Debian's; playwright-core brings no browser of its own. */
const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const missing = isThere ? '' : `: skipped, since there is no ${executablePath} (scripts/install-chromium.sh)`;

const folder = mkdtempSync(join(tmpdir(), 'plumbline-html-'));
const address = pathToFileURL(join(folder, 'run.html')).href;
const viewer = on('viewer');
const recording = {
  ...recorded({
    scene: 'emit/every-type',
    events: [
      { kind: 'dial', peer: 'viewer', url: 'ws://h/', headers: {} },
      viewer.opened,
      { kind: 'sent', peer: 'viewer', text: 'ping', binary: false },
      viewer.refused(403, hostile),
      viewer.frame(`{"type":"init","data":"${'x'.repeat(5000)}"}`),
      { kind: 'timer', peer: 'viewer', what: 'deadline', ms: 5 },
      viewer.closed(1000),
    ],
  }),
  target: 'mine',
};

let browser: Browser;
beforeAll(async () => {
  if (!isThere) return;
  const out = toMemory();
  const reporter = html({ ...plainContext, out });
  const told: readonly RunEvent[] = events;
  const recordings = {
    of: (_: string, scene: string) => (scene === recording.scene ? recording : undefined),
  };
  for (const event of told) await reporter.on(event, recordings);
  await reporter.end?.();
  writeFileSync(join(folder, 'run.html'), out.text());
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

interface Look {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly javaScriptEnabled?: boolean;
  readonly at?: string;
}

/** The page, opened from its file by a browser without a network; and whatever it asked for or complained of. */
async function opened({ colorScheme = 'light', width = 1200, javaScriptEnabled = true, at = '' }: Look = {}) {
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ colorScheme, viewport, javaScriptEnabled, offline: true });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`${address}${at}`);
  return { page, complaints };
}

const shownCases = (page: Page): Promise<number> => page.locator('details.case:visible').count();

describe.skipIf(!isThere)(`the page of a run in Chromium${missing}`, { timeout: 60_000 }, () => {
  it.each([
    ['light', 1200],
    ['dark', 1200],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'asks for nothing, complains of nothing, and bars nobody: %s, %d wide',
    async (colorScheme, width) => {
      const { page, complaints } = await opened({ colorScheme, width });
      // All that is closed is looked at as well.
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      await page.evaluate(`${axe.source}; undefined`);
      const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
      expect(complaints).toEqual([]);
    },
  );

  it('is as wide as a phone, and what is wider is moved on its own', async () => {
    const { page } = await opened({ width: 360 });
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('is dark where the reader wants it dark', async () => {
    const backs = await Promise.all(
      (['light', 'dark'] as const).map(async (colorScheme) => {
        const { page } = await opened({ colorScheme });
        return page.evaluate('getComputedStyle(document.body).backgroundColor');
      }),
    );
    expect(backs).toEqual(['rgb(255, 255, 255)', 'rgb(22, 22, 26)']);
  });

  it('narrows its cases by words and by outcome, and shows all again', async () => {
    const { page } = await opened();
    expect(await shownCases(page)).toBe(cases.length);
    await page.getByLabel('search').fill('no driver REVOKE');
    expect(await shownCases(page)).toBe(2);
    expect(await page.locator('#shown').textContent()).toBe(`2 of ${cases.length} cases`);
    await page.getByLabel('outcome').selectOption('failed');
    expect(await shownCases(page)).toBe(0);
    await page.getByRole('button', { name: 'all cases' }).click();
    expect(await shownCases(page)).toBe(cases.length);
    await page.getByLabel('surface').selectOption('pusher');
    expect(await shownCases(page)).toBe(1);
  });

  it('opens the case that its address names, also one that is filtered out', async () => {
    const { page } = await opened({ at: '#case/mine/emit/excluded' });
    const named = page.locator('[id="case/mine/emit/excluded"]');
    expect(await named.getAttribute('open')).not.toBeNull();
    expect(await page.evaluate('document.activeElement.parentElement.id')).toBe('case/mine/emit/excluded');
    await page.getByLabel('search').fill('nothing has this');
    await page.evaluate('location.hash = "case/relay/pusher/passes"');
    await page.locator('[id="case/relay/pusher/passes"][open]').waitFor({ state: 'visible' });
  });

  it('leads from a finding to its frame', async () => {
    const { page } = await opened();
    await page.getByRole('link', { name: '4 of emit/every-type' }).click();
    const frame = page.locator('li:target');
    expect(await frame.textContent()).toContain('cut: 4096 of 5025 bytes shown');
    expect(await frame.isVisible()).toBe(true);
  });

  it('is used by keyboard alone', async () => {
    const { page } = await opened();
    await page.keyboard.press('/');
    await page.keyboard.type('emit/excluded');
    expect(await shownCases(page)).toBe(1);
    const focused = 'document.activeElement.parentElement.id';
    for (let at = 0; at < 40 && (await page.evaluate(focused)) !== 'case/mine/emit/excluded'; at++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('[id="case/mine/emit/excluded"][open]').waitFor();
    expect(await page.evaluate(focused)).toBe('case/mine/emit/excluded');
  });

  it('is read without its script', async () => {
    const { page, complaints } = await opened({ javaScriptEnabled: false });
    expect(await page.locator('h1').textContent()).toContain('exit 1');
    expect(await page.locator('details.case:visible').count()).toBe(cases.length);
    expect(await page.locator('#filter').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('runs no script but its own', async () => {
    const { page } = await opened();
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      document.body.setAttribute('onclick', 'window.ran = true');
      document.body.click()`);
    expect(await page.evaluate('window.ran')).toBeUndefined();
  });
});

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
  readonly passes: readonly { readonly id: string }[];
}

const axe = createRequire(import.meta.url)('axe-core') as { readonly source: string };
