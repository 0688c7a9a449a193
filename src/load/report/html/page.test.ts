import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostile } from '../../../report/sample-run.ts';
import type { LoadResult } from '../../verdict/load-result.ts';
import {
  advisedLoad,
  failedLoad,
  hostileLoad,
  incompleteLoad,
  invalidLoad,
  passedLoad,
  sampleLoads,
  spread,
} from '../sample-load.ts';
import { diagnostic } from '../standing.ts';
import { reportHtml } from './page.ts';

const all = Object.entries({ ...sampleLoads, hostile: hostileLoad });
const plain = (page: string): string => page.replaceAll('\u00a0', ' ');

/** What stands outside of the parts that are named a diagnostic; there may be others inside of them. */
function outside(page: string): string {
  let [depth, kept] = [0, ''];
  for (const piece of page.split(/(?=<details|<\/details>)/)) {
    if (piece.startsWith('<details class="case diagnostic"')) depth = 1;
    else if (piece.startsWith('<details') && depth > 0) depth += 1;
    else if (piece.startsWith('</details>') && depth > 0) {
      depth -= 1;
      if (depth === 0) kept += piece.slice('</details>'.length);
      continue;
    }
    if (depth === 0) kept += piece;
  }
  return kept;
}

/** What was reckoned wrong, with a few words around it. */
function numbersThatAreNone(page: string): string[] {
  return page.match(/.{0,60}(?:NaN|Infinity|undefined).{0,20}/g) ?? [];
}

/** Titles of the sections, as they come. */
function headings(page: string): string[] {
  return [...page.matchAll(/<h2 id="[^"]+">([^<]+)/g)].map(([, title = '']) => title);
}

describe('the page of a load run', () => {
  it('comes in an order: verdict, trust, stages, plots, comparison, environment, command', () => {
    const page = reportHtml(failedLoad);
    expect(page).toMatch(/<h1>fail <span>load fanout, exit 1<\/span><\/h1>\n<p>last\.p99 is 163 ms at 500/);
    expect(headings(page)).toEqual([
      ...['Gates', 'Can you trust this run?', 'Stages', 'Plots', 'Comparison', 'Environment', 'Run it again'],
    ]);
    expect(page.slice(page.indexOf('id="again"'))).toContain('npm run load -- fanout --seed 7');
    expect(headings(reportHtml(sampleLoads.leaked))[0]).toBe('Findings, which no generator can cause');
  });

  it('has who came and went, and how large messages were', () => {
    const [first] = passedLoad.stages;
    if (!first) throw new Error('the sample has no stage');
    const stage = {
      ...first,
      shape: { ...first.shape, padding: 1024 },
      turnover: { left: 96, cut: 182, back: 181, asleep: 5 },
      traffic: { messages: 1000, bytes: 1_200_000 },
    };
    const page = plain(reportHtml({ ...passedLoad, stages: [stage] }));
    const rows = [...page.matchAll(/<tr><th scope="row">50<\/th>(.*?)<\/tr>/g)].map(([, cells = '']) =>
      cells.replace(/<[^>]+>/g, '|').replaceAll('||', '|'),
    );
    expect(rows).toContain('|96|182|181|5|');
    expect(rows).toContain('|1 000|1.2 kB|1.2 MB|');
  });

  it.each(all)('%s: has six kinds of plots, each with both axes named and a table after it', (_, load) => {
    const page = reportHtml(load);
    const [, plots = ''] = page.split('<h2 id="plots">');
    const section = plots.slice(0, plots.indexOf('<h2 id="comparison">'));
    const parts = section.split('<h3>').slice(1);
    expect(parts.map((part) => part.slice(0, part.indexOf('<')))).toEqual([
      ...['Latency over time', 'Latency by percentile', 'Latency against load', 'Spread by join position'],
      ...['Time to connect', 'How connections ended'],
    ]);
    for (const part of parts) {
      const drawings = part.split('<svg role="img"').slice(1);
      expect([part.slice(0, 24), drawings.length]).not.toEqual([part.slice(0, 24), 0]);
      for (const drawing of drawings) {
        const svg = drawing.slice(0, drawing.indexOf('</svg>'));
        const titles = [...svg.matchAll(/<text class="title"[^>]*text-anchor="middle">([^<]*)</g)].map(
          ([, text]) => text,
        );
        expect(titles.length).toBeGreaterThanOrEqual(2);
        expect(titles[0]).not.toBe('');
        expect(numbersThatAreNone(svg)).toEqual([]);
      }
      expect(part).toContain('<table class="numbers">');
    }
  });

  it.each(all)(
    '%s: shows a latency or a loss outside of a diagnostic only where it is claimed',
    (name, load) => {
      const isClaimed = ['pass', 'fail'].includes(name);
      const page = plain(reportHtml(load));
      const rest = plain(outside(page)).replaceAll(/<style>[\s\S]*?<\/style>/g, '');
      const figures = [
        /49\.7 ms|163 ms/,
        /<svg role="img"/,
        /21\.3 ms/,
        /98\.524 %|99\.998 %|lost \d/,
        /3 996/,
      ];
      for (const figure of figures.slice(0, 3))
        expect([name, figure, figure.test(rest)]).toEqual([name, figure, isClaimed]);
      for (const figure of figures.slice(3))
        if (!isClaimed) expect([name, figure, figure.test(rest)]).toEqual([name, figure, false]);
      expect(page.includes(`>${diagnostic}<`)).toBe(!isClaimed);
      // It is there for who opens it.
      for (const figure of [/<svg role="img"/, /21\.3 ms|6\.30 ms/, /3 996/])
        expect([name, figure, figure.test(page)]).toEqual([name, figure, true]);
    },
  );

  it.each(all)('%s: is green only where the exit code is 0', (_, load) => {
    const page = reportHtml(load);
    expect(/class="(?:tag|verdict) passed"/.test(page)).toBe(load.exit === 0);
  });

  it('shows a gap, and joins nothing over it', () => {
    const page = reportHtml(passedLoad);
    const drawing = page.slice(page.indexOf('aria-label="latency of deliveries over time, stage 500"'));
    const svg = drawing.slice(0, drawing.indexOf('</svg>'));
    expect(svg.match(/<rect class="empty"/g)).toHaveLength(3);
    // Three stretches, and between two gaps a second alone, which is a dot for each percentile.
    expect(svg.match(/<path class="line s0 d0"/g)).toHaveLength(3);
    expect(svg.match(/<circle class="s0"/g)).toHaveLength(1);
    expect(page).toContain('<td class="number">nothing</td>');
  });

  it('joins nothing over seconds of which nothing is known', () => {
    const stages = passedLoad.stages.map((stage) => ({
      ...stage,
      windows: stage.windows.filter(({ second }) => second < 8 || second > 12),
    }));
    const drawing =
      reportHtml({ ...passedLoad, stages }).split(
        'aria-label="deliveries and connections over time, stage 500"',
      )[1] ?? '';
    expect(drawing.slice(0, drawing.indexOf('</svg>')).match(/<path class="line s2 d2"/g)).toHaveLength(2);
  });

  it('leaves no second of a long run out, and says how many are one point', () => {
    const [stage] = passedLoad.stages;
    const [window] = stage?.windows ?? [];
    if (!stage || !window) throw new Error('no stage');
    const windows = Array.from({ length: 6000 }, (_, second) => ({
      ...window,
      second,
      p99: second === 4321 ? 999 : 5,
    }));
    const page = plain(reportHtml({ ...passedLoad, stages: [{ ...stage, windows }] }));
    expect(page).toContain('Each point is the worst of 10 seconds.');
    expect(page).toContain('seconds (the worst of 20)');
    expect(page).toMatch(/<th scope="row">4320–4339<\/th>.*<td class="number">999 ms<\/td>/);
    expect(page.length).toBeLessThan(600_000);
  });

  it('draws the percentiles of a baseline, and says where it says nothing', () => {
    const stages = failedLoad.stages.map((stage) => ({ ...stage, latency: { last: spread(2) } }));
    const page = reportHtml(failedLoad, { baseline: { ...passedLoad, stages } });
    expect(page).toContain('baseline: last receiver');
    expect(page).toContain('one run each, so the ratios have no interval');
    const other = { ...passedLoad, environment: { ...passedLoad.environment, fingerprint: 'f' } };
    expect(reportHtml(failedLoad, { baseline: other })).toContain(
      '<b>not comparable</b>, another fingerprint',
    );
    expect(reportHtml(failedLoad)).not.toContain('baseline: last receiver');
  });

  it('marks what did not end, and has no accounts of it', () => {
    const page = reportHtml(incompleteLoad);
    expect(page).toContain('This run did not end');
    expect(page).toContain('200 <em>unfinished</em>');
    expect(page).toContain('Of a stage that did not end there are no accounts.');
  });

  it.each([
    ['no stage', { ...passedLoad, stages: [], gates: [], trust: [] }],
    ['no ceiling', { ...invalidLoad, ceiling: null }],
    [
      'stages without deliveries',
      {
        ...passedLoad,
        stages: passedLoad.stages.map((stage) => ({ ...stage, latency: {}, positions: {}, windows: [] })),
      },
    ],
    [
      'connections alone',
      {
        ...passedLoad,
        stages: passedLoad.stages.map((stage) => ({
          ...stage,
          latency: { connect: spread(4) },
          rate: { ...stage.rate, deliveriesAchieved: 0 },
        })),
      },
    ],
    [
      'latencies that never end',
      {
        ...passedLoad,
        stages: passedLoad.stages.map((stage) => ({
          ...stage,
          latency: { last: { ...spread(4), p99: Infinity, p999: Infinity, max: Infinity, overflow: 20 } },
          positions: { first: { ...spread(4), p50: Infinity, p99: Infinity } },
        })),
      },
    ],
  ] as const satisfies readonly (readonly [string, LoadResult])[])('has a page also of %s', (_, load) => {
    const page = reportHtml(load);
    expect(numbersThatAreNone(page)).toEqual([]);
    expect(page.trimEnd().slice(-7)).toBe('</html>');
  });

  it('tells what should not be, though it decides nothing, and which monitors did not run', () => {
    const page = reportHtml(advisedLoad);
    const [, told = ''] = page.split('<h3>What monitors say</h3>');
    expect(told).toMatch(
      /requirement M14i, 4 times at 200, 500, by pusher\/always\/order; it decides nothing/,
    );
    expect(told).toMatch(
      /<summary>2 monitors of the surface do not run under load<\/summary>\n<ul><li>pusher\/always\/readings: it judges nothing<\/li>/,
    );
    expect(reportHtml(passedLoad)).not.toContain('What monitors say');
  });

  it('says of the streams of spaces how many jobs report on each', () => {
    const stages = passedLoad.stages.map((stage) => ({
      ...stage,
      shape: { ...stage.shape, space: { jobs: 20 } },
    }));
    expect(reportHtml({ ...passedLoad, stages })).toContain('1 space with 20 jobs each');
  });

  it('lets no text become markup, an attribute or a script, nor turn what stands around it', () => {
    const page = reportHtml(hostileLoad, { baseline: { ...failedLoad, id: hostile } });
    expect(page).not.toContain('<script');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\ufffe]/);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'<>&"\'`=/ \n\t\u0000\u202ea')).map((some) => some.join('')),
        (said) => {
          const of = (text: string): string =>
            reportHtml({
              ...passedLoad,
              ...{
                stages: passedLoad.stages.slice(0, 1).map((stage) => ({ ...stage, name: text })),
                reason: text,
              },
              ...{ trust: [], gates: [], notOffered: [{ stage: text, reason: text }], command: text },
            });
          const tags = (text: string): string =>
            text.replaceAll(/[^<>]*(<[a-z/!][a-z0-9]*)?[^<>]*>?/gi, '$1');
          expect(tags(of(said))).toBe(tags(of('x')));
        },
      ),
      { numRuns: 30 },
    );
  });
});
