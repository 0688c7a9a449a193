import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { failedLoad, hostileLoad, passedLoad, sampleLoads } from '../sample-load.ts';
import { reportHtml } from './page.ts';

/** Debian's; playwright-core brings no browser of its own. */
const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const missing = isThere ? '' : `: skipped, since there is no ${executablePath} (scripts/install-chromium.sh)`;

const folder = mkdtempSync(join(tmpdir(), 'plumbline-load-html-'));
const loads = { ...sampleLoads, hostile: hostileLoad };
type Name = keyof typeof loads;

let browser: Browser;
beforeAll(async () => {
  if (!isThere) return;
  for (const [name, load] of Object.entries(loads)) {
    const page = reportHtml(load, load === failedLoad ? { baseline: passedLoad } : {});
    writeFileSync(join(folder, `${name}.html`), page);
  }
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** The page, opened from its file by a browser without a network; and whatever it asked for or complained of. */
async function opened(name: Name, colorScheme: 'light' | 'dark' = 'light', width = 1200) {
  const address = pathToFileURL(join(folder, `${name}.html`)).href;
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ colorScheme, viewport, offline: true });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(address);
  return { page, complaints };
}

const openAll = 'for (const one of document.querySelectorAll("details")) one.open = true';

describe.skipIf(!isThere)(`the page of a load run in Chromium${missing}`, { timeout: 120_000 }, () => {
  it.each([
    ['fail', 'light', 1200],
    ['fail', 'dark', 390],
    ['invalid', 'dark', 1200],
    ['hostile', 'light', 390],
  ] as const)(
    '%s asks for nothing, complains of nothing, and bars nobody: %s, %d wide',
    async (name, colorScheme, width) => {
      const { page, complaints } = await opened(name, colorScheme, width);
      // All that is closed is looked at as well.
      await page.evaluate(openAll);
      await page.evaluate(`${axe.source}; undefined`);
      const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
      expect(complaints).toEqual([]);
    },
  );

  it.each(['pass', 'fail', 'invalid', 'hostile'] as const)(
    '%s is as wide as a phone, and what is wider is moved on its own',
    async (name) => {
      const { page } = await opened(name, 'light', 390);
      await page.evaluate(openAll);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    },
  );

  it('shows no number of an invalid run until somebody opens what it is', async () => {
    const { page } = await opened('invalid');
    const shown = async (): Promise<string> =>
      (await page.locator('body').innerText()).replaceAll('\u00a0', ' ');
    expect(await shown()).toContain('the generator was the limit, so no number is claimed');
    expect(await shown()).not.toMatch(/49\.7 ms|98\.524 %|8 114/);
    expect(await page.locator('svg[role=img]:visible').count()).toBe(0);
    for (const summary of await page.locator('details.diagnostic > summary').all())
      await summary.press('Enter');
    expect(await shown()).toMatch(/49\.7 ms[\s\S]*98\.524 %[\s\S]*lost 8 114/);
    expect(await page.locator('svg[role=img]:visible').count()).toBeGreaterThan(5);
  });

  it('has colours for every line in both themes, and no two lines of a plot look the same', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await opened('fail', scheme);
      await page.evaluate(openAll);
      const looks = (await page.evaluate(
        `[...document.querySelectorAll('.legend')].map((legend) => [...legend.querySelectorAll('path')].map((path) => {
          const { stroke, strokeDasharray, fill } = getComputedStyle(path);
          return stroke + ' ' + strokeDasharray + ' ' + fill;
        }))`,
      )) as string[][];
      expect(looks.length).toBeGreaterThan(6);
      for (const legend of looks) {
        expect(new Set(legend).size).toBe(legend.length);
        for (const look of legend) expect(look).toMatch(/^rgb\(.* none$/);
      }
    }
  });

  it('is used by keyboard alone: the sections, a closed plot, a wide table', async () => {
    const { page } = await opened('pass');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To what can be trusted');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('location.hash')).toBe('#trust');
    const closed = page.locator('summary', { hasText: 'Over time, stage 50' }).first();
    await closed.focus();
    await page.keyboard.press('Enter');
    expect(
      await page
        .getByRole('img', { name: 'latency of deliveries over time, stage 50', exact: true })
        .isVisible(),
    ).toBe(true);
    await page.getByRole('region', { name: 'Stages', exact: true }).focus();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Stages');
  });

  it('runs no script at all', async () => {
    const { page } = await opened('hostile');
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
