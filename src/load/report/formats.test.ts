import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { LoadResult } from '../verdict/load-result.ts';
import { microsOf } from '../wire/histogram.ts';
import { junitXml } from './junit-xml.ts';
import { percentilesHgrm } from './percentiles-hgrm.ts';
import {
  advisedLoad,
  failedLoad,
  hostileLoad,
  incompleteLoad,
  invalidLoad,
  leakedLoad,
  passedLoad,
  sampleLoads,
} from './sample-load.ts';
import { diagnostic } from './standing.ts';
import { summaryMd } from './summary-md.ts';
import { timelineCsv } from './timeline-csv.ts';

const all = Object.entries({ ...sampleLoads, hostile: hostileLoad });

/** Texts of whatever there is, and much of what is something elsewhere. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'<>&"\'|`@=+-,[]()*_#!\\ \n\r\t\u0000\u001b\u202e\u2066\u00a0\ufffe'),
      fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
    ),
  )
  .map((all) => all.join(''));

interface Testcase {
  readonly name: string;
  readonly classname: string;
  readonly fate: string;
  readonly message: string;
}

/** Parses strictly: whatever is not well-formed throws. */
function testcases(xml: string): Testcase[] {
  const found: { name: string; classname: string; fate: string; message: string }[] = [];
  const parser = new SaxesParser();
  parser.on('error', (cause) => {
    throw cause;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const of = attributes as Record<string, string>;
    const last = found.at(-1);
    if (name === 'testcase')
      found.push({ name: of.name ?? '', classname: of.classname ?? '', fate: 'passed', message: '' });
    else if (['failure', 'error', 'skipped'].includes(name) && last)
      [last.fate, last.message] = [name, of.message ?? ''];
  });
  // What is skipped has its reason as its text.
  parser.on('text', (text) => {
    const last = found.at(-1);
    if (last?.fate === 'skipped' && text.trim() !== '') last.message += text;
  });
  parser.write(xml).close();
  return found;
}

/** As RFC 4180 has it; a quote in the midst of a bare cell throws. */
function cells(csv: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < csv.length) {
    const row = rows.at(-1) as string[];
    const [cell = ''] = /^(?:"(?:[^"]|"")*"|[^",\n]*)/.exec(csv.slice(at, at + 5000)) ?? [];
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    at += cell.length;
    const after = csv[at];
    if (after !== ',' && after !== '\n') throw new Error(`no cell ends at ${at}`);
    at += 1;
    if (after === '\n' && at < csv.length) rows.push([]);
  }
  return rows;
}

describe('junit.xml', () => {
  it('has a test case for each finding, gate and trust check, and one for the verdict', () => {
    for (const [, load] of all) {
      const found = testcases(junitXml(load));
      expect(found).toHaveLength(load.findings.length + load.gates.length + load.trust.length + 1);
    }
  });

  it.each(all)(
    '%s: its verdict fails unless the exit code is 0, and nothing is counted otherwise',
    (_, load) => {
      const xml = junitXml(load);
      expect(testcases(xml).at(-1)).toMatchObject({
        name: 'plumbline verdict',
        fate: load.exit === 0 ? 'passed' : 'failure',
      });
      const suites = [...xml.matchAll(/tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/g)];
      const sums = [1, 2, 3, 4].map((at) => suites.reduce((sum, one) => sum + Number(one[at]), 0));
      const fates = testcases(xml).map(({ fate }) => fate);
      const of = (fate: string) => fates.filter((one) => one === fate).length;
      expect(sums).toEqual([fates.length, of('failure'), of('error'), of('skipped')]);
    },
  );

  it('fails a gate by what was measured, and skips what was withheld or not observed by its reason', () => {
    const failed = testcases(junitXml(failedLoad)).filter(({ fate }) => fate === 'failure');
    expect(failed.map(({ name, message }) => [name, message.replaceAll('\u00a0', ' ')])).toEqual([
      ['delivered = 100%', '99.998 %, limit 100 %: 11 of 550000 deliveries were lost'],
      ['last.p99 < 50ms', '163 ms, limit 50.0 ms: too slow'],
      ['last.p999 < 200ms', 'never, limit 200 ms: what was lost counts as never'],
      ['plumbline verdict', 'fail, exit 1: last.p99 is 163 ms at 500 subscribers, limit 50 ms'],
    ]);
    const invalid = testcases(junitXml(invalidLoad)).filter(({ classname }) => !classname.endsWith('trust'));
    expect(new Set(invalid.map(({ fate, message }) => `${fate} ${message}`))).toEqual(
      new Set([
        'skipped withheld: the generator was the limit',
        'skipped not observed: the target file has no observe',
        'failure invalid, exit 5: the generator was the limit, so no number is claimed',
      ]),
    );
  });

  it('passes no gate of a run that claims no numbers, whatever the judge has said of it', () => {
    const load: LoadResult = { ...incompleteLoad, gates: passedLoad.gates };
    const gates = testcases(junitXml(load)).filter(({ classname }) => /profile|slo/.test(classname));
    expect(gates).toHaveLength(passedLoad.gates.length);
    expect(new Set(gates.map(({ fate }) => fate))).toEqual(new Set(['skipped']));
  });

  it('has what cannot be trusted as an error, and what leaked as a failure', () => {
    const found = testcases(junitXml(leakedLoad));
    expect(found.filter(({ fate }) => fate === 'error').map(({ name }) => name)).toEqual(['loop-lag']);
    expect(found.filter(({ fate }) => fate === 'failure').map(({ name }) => name)).toEqual([
      ...['leak', 'monitor P12', 'plumbline verdict'],
    ]);
  });
});

describe('timeline.csv', () => {
  it.each(all)('%s: has a row for each second of each stage, all as wide as the heading', (_, load) => {
    const [heading = [], ...rows] = cells(timelineCsv(load));
    expect(heading.slice(0, 4)).toEqual(['standing', 'stage', 'started_at', 'second']);
    expect(rows).toHaveLength(load.stages.reduce((sum, { windows }) => sum + windows.length, 0));
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([heading.length]));
  });

  it('has no latencies for a second in which nothing arrived', () => {
    const [heading = [], ...rows] = cells(timelineCsv(passedLoad));
    const told = rows.map((row) => Object.fromEntries(row.map((cell, at) => [heading[at], cell])));
    const silent = told.filter(({ probe_deliveries }) => probe_deliveries === '0');
    expect(silent).toHaveLength(3 * 4);
    for (const { p50_ms, p99_ms, max_ms } of silent) expect([p50_ms, p99_ms, max_ms]).toEqual(['', '', '']);
    expect(told[5]).toMatchObject({ mark: 'end of warm-up', rss_bytes_target: '90000000', p50_ms: '0.7194' });
  });

  it.each(all)('%s: says of each row whether it is claimed', (name, load) => {
    const standings = new Set(
      cells(timelineCsv(load))
        .slice(1)
        .map(([standing]) => standing),
    );
    expect(standings).toEqual(new Set([['pass', 'fail'].includes(name) ? 'result' : diagnostic]));
  });

  it('holds any text, and none that a spreadsheet would reckon with', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const [stage] = passedLoad.stages;
        const load = { ...passedLoad, stages: stage ? [{ ...stage, name }] : [] };
        const cell = cells(timelineCsv(load))[1]?.[1] ?? '';
        expect(cell.startsWith("'") ? cell.slice(1) : cell).toBe(name);
        expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

interface Section {
  readonly comment: string;
  readonly rows: readonly (readonly number[])[];
  readonly total: number;
  readonly max: number;
}

/** Columns as HdrHistogram's plotter takes them: everything else is a comment, empty, or the heading. */
function sections(text: string): Section[] {
  return text
    .trimEnd()
    .split(/\n\n(?=#\[Stage )/)
    .map((part) => {
      const lines = part.split('\n');
      const [comment = '', heading = '', empty, ...rest] = lines;
      expect(heading.trim().split(/\s+/)).toEqual(['Value', 'Percentile', 'TotalCount', '1/(1-Percentile)']);
      expect(empty).toBe('');
      const rows = rest
        .filter((line) => !line.startsWith('#'))
        .map((line) => line.trim().split(/\s+/).map(Number));
      const [, max, total] = /#\[Max +=\s+(\S+), Total count +=\s+(\d+)\]/.exec(part) ?? [];
      expect(part).toMatch(/#\[Mean +=\s+[\d.]+, StdDeviation +=\s+[\d.]+\]/);
      expect(part).toMatch(/#\[Buckets +=\s+\d+, SubBuckets +=\s+\d+\]$/);
      return { comment, rows, max: Number(max), total: Number(total) };
    });
}

describe('percentiles.hgrm', () => {
  it('has a section for every latency of every stage, first the one that the verdict is about', () => {
    const found = sections(percentilesHgrm(failedLoad));
    expect(found).toHaveLength(3 * 12);
    expect(found[0]?.comment).toBe('#[Stage 500, last, ms]');
    expect(found.map(({ comment }) => comment)).toContain('#[Stage 50, floor before, ms]');
  });

  it('climbs to the last value, and its percentiles are those of the histogram', () => {
    const [section] = sections(percentilesHgrm(failedLoad));
    const last = failedLoad.stages[2]?.latency.last;
    if (!section || !last) throw new Error('no section');
    const { rows, max, total } = section;
    expect([total, max]).toEqual([last.count, Number(last.max.toFixed(3))]);
    expect(rows.at(-1)).toEqual([max, 1, total]);
    for (const [at, [value = 0, share = 0, seen = 0, inverse]] of rows.entries()) {
      const [before = 0, shareBefore = -1, seenBefore = 0] = rows[at - 1] ?? [];
      expect(value).toBeGreaterThanOrEqual(before);
      expect(share).toBeGreaterThan(shareBefore);
      expect(seen).toBeGreaterThanOrEqual(Math.max(seenBefore, Math.floor(share * total)));
      if (share < 1) expect(inverse).toBeCloseTo(1 / (1 - share), 2);
      let [counted, reached] = [0, 0];
      for (
        let pair = 0;
        pair + 1 < last.pairs.length && (counted === 0 || counted < share * total);
        pair += 2
      ) {
        counted += last.pairs[pair + 1] ?? 0;
        reached = Math.min(last.max, microsOf(last.pairs[pair] ?? 0) / 1000);
      }
      expect(value).toBeCloseTo(share < 1 ? reached : last.max, 2);
    }
  });

  it('tells of what never came', () => {
    const [stage] = passedLoad.stages;
    const last = { count: 4, p50: 1, p90: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY };
    const never = {
      ...last,
      p999: Number.POSITIVE_INFINITY,
      max: Number.POSITIVE_INFINITY,
      pairs: [1000, 3],
      overflow: 1,
    };
    const load = { ...passedLoad, stages: stage ? [{ ...stage, latency: { last: never } }] : [] };
    const [first] = sections(percentilesHgrm(load));
    expect(first?.rows.at(-1)).toEqual([Number.POSITIVE_INFINITY, 1, 4]);
    expect(first?.rows.slice(0, -1).every(([value]) => value === 1)).toBe(true);
  });

  it.each(all)('%s: says above every section whether it is claimed', (name, load) => {
    const isClaimed = ['pass', 'fail'].includes(name);
    for (const { comment } of sections(percentilesHgrm(load)))
      expect(comment.includes(diagnostic)).toBe(!isClaimed);
  });
});

/** What stands outside of what has to be opened. */
function outside(markdown: string): string {
  return markdown.replace(/<details>[\s\S]*?<\/details>/g, '');
}

describe('summary.md', () => {
  it('says in its first lines what it came to and why', () => {
    expect(summaryMd(failedLoad).split('\n').slice(0, 3)).toEqual([
      ...['# FAIL · load fanout · exit 1', ''],
      'last.p99 is 163 ms at 500 subscribers, limit 50 ms. modelbeam (pusher, modelbeam), driver k6, 4 min 5 s.',
    ]);
  });

  it.each(all)('%s: every table is as wide as its heading', (_, load) => {
    const rows = summaryMd(load)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    let width = 0;
    for (const [at, row] of rows.entries()) {
      const bars = row.replaceAll('\\|', '').split('|').length;
      if (/^\| ---/.test(rows[at + 1] ?? '')) width = bars;
      expect([row, bars]).toEqual([row, width]);
    }
    expect(rows.length).toBeGreaterThan(0);
  });

  it.each(all)('%s: shows a number only where it is claimed, or under what it is', (name, load) => {
    const shown = /\d ms|lost \d|\d %/.test(
      outside(summaryMd(load))
        .replaceAll('\u00a0', ' ')
        .replace(/85\.0 ms.*/, ''),
    );
    expect(shown).toBe(['pass', 'fail'].includes(name));
    if (!['pass', 'fail'].includes(name))
      expect(summaryMd(load)).toContain(`<summary>${diagnostic}</summary>`);
  });

  it('names what should not be, and folds away the monitors that did not run', () => {
    const text = summaryMd(advisedLoad);
    const from = text.indexOf('## Monitors');
    expect(text.slice(from, text.indexOf('\n\nUnknown', from)).split('\n').slice(0, 9)).toEqual([
      '## Monitors',
      '',
      expect.stringMatching(
        /^- should hold, and decides nothing: M14i, 4 × at 200, 500: expected each update once/,
      ),
      '',
      '<details>',
      '<summary>2 monitors of the surface do not run under load</summary>',
      '',
      expect.stringMatching(/readings: it judges nothing$/),
      expect.stringMatching(/owners: it needs to know who submitted a job$/),
    ]);
    expect(summaryMd(passedLoad)).not.toContain('## Monitors');
  });

  it('lets no text become markup, a link, a mention or a line of its own', () => {
    fc.assert(
      fc.property(anyText, (said) => {
        const plain = summaryMd({
          ...passedLoad,
          reason: 'x',
          gates: [],
          target: { ...passedLoad.target, name: 'x' },
        });
        const told = summaryMd({
          ...passedLoad,
          reason: said,
          gates: [],
          target: { ...passedLoad.target, name: said },
        });
        expect(told.split('\n').length).toBe(plain.split('\n').length);
        expect(told).not.toMatch(/<(?!\/?(?:details|summary)>)|(?<!&#64;)@/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
