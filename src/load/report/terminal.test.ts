import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadResult } from '../verdict/load-result.ts';
import { loadLine } from './load-line.ts';
import {
  advisedLoad,
  failedLoad,
  hostileLoad,
  incompleteLoad,
  invalidLoad,
  leakedLoad,
  passedLoad,
  sampleLoads,
  spread,
  stageOf,
} from './sample-load.ts';
import { terminalText } from './terminal.ts';

const look = { width: 80, color: false, verbose: false };
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
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

describe('the last line', () => {
  it.each([
    ['pass', 'stage=500 last.p99=49.7ms delivered=100%'],
    ['fail', 'stage=500 last.p99=163.5ms delivered=99.998%'],
    ['invalid', 'stage=500 last.p99=withheld delivered=withheld'],
    ['leaked', 'stage=500 last.p99=withheld delivered=withheld'],
    ['incomplete', 'stage=200 last.p99=withheld delivered=withheld'],
  ] as const)('of %s', (name, numbers) => {
    const load = sampleLoads[name];
    expect(loadLine(load)).toBe(
      `LOAD verdict=${load.verdict} exit=${load.exit} profile=fanout surface=pusher ${numbers} id=20260101-000000-fanout-7`,
    );
    expect(terminalText(load, look).trimEnd().split('\n').at(-1)).toBe(loadLine(load));
  });

  it('says ≤ in two characters where it is below twice the floor', () => {
    const [stage] = passedLoad.stages;
    expect(loadLine({ ...passedLoad, stages: stage ? [stage] : [] })).toContain(' last.p99=<=4.3ms ');
  });

  it('is pairs without a space, whatever a name holds', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const stages = passedLoad.stages.map((stage) => ({ ...stage, name }));
        expect(loadLine({ ...passedLoad, id: name, stages })).toMatch(/^LOAD(?: [a-z0-9.]+=\S*){8}$/u);
      }),
    );
  });
});

describe('the terminal', () => {
  it.each(all)('%s: keeps to its columns, and to printable characters', (_, load) => {
    for (const verbose of [false, true]) {
      const lines = terminalText(load, { ...look, verbose })
        .trimEnd()
        .split('\n');
      for (const line of lines.slice(0, -1)) expect([line, [...line].length <= 80]).toEqual([line, true]);
      expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
  });

  it('says what it came to, why, and how many hold', () => {
    const text = plain(terminalText(failedLoad, look));
    expect(text).toContain(
      '\nFAIL  fanout on modelbeam: last.p99 is 163 ms at 500 subscribers, limit 50 ms\n',
    );
    expect(text).toContain('500: last.p99 163 ms · delivered 99.998 % (lost 11) · gates: 3 failed, 4 hold');
    expect(text).toContain('✗ last.p999 < 200ms at 500: never · what was lost counts as never');
    expect(text).toContain('✓ delivered = 100% at 50, 200\n');
    expect(text).toContain('✗ 500 last.p99 × 2.40 (2.10 to 2.70)');
  });

  it('says ≤ where a value is below twice the floor', () => {
    const text = plain(terminalText(passedLoad, { ...look, verbose: true }));
    expect(text).toMatch(/50 +50\/50 +19\.98 +999 +≤ 0\.96 ms +≤ 4\.26 ms +100 %/);
    expect(text).toContain('last.p99 < 50ms at 50: ≤ 4.26 ms (floor 2.66 ms)');
    expect(text).toContain('last.p99 < 50ms at 500: 49.7 ms');
  });

  it('of an invalid run says why and what to do, and shows latencies only to who asks', () => {
    const text = plain(terminalText(invalidLoad, look));
    // What is withheld is told once, with its reason, and gate by gate where that is asked for.
    expect(text).toMatch(/gates: .*\d+ withheld/);
    expect(text).not.toMatch(/: withheld ·/);
    expect(plain(terminalText(invalidLoad, { ...look, verbose: true }))).toMatch(/: withheld ·/);
    expect(text).toContain('! the event loop of k6 keeps up (growth), at 500: 85.0 ms, limit 5.00 ms');
    expect(text).toContain('→ stay under 25 000 deliveries/s, or take --driver node');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'diagnostic, not a result: counted, not judged: 50 delivered 100 % · 200 delivered 100 % · 500 delivered 98.524 % (lost 8 114)',
    );
    expect(text).not.toMatch(/49\.7|11\.2 ms|9 990/);
    expect(plain(terminalText(invalidLoad, { ...look, verbose: true }))).toMatch(
      /diagnostic, not a result: counted, not judged\n[\s\S]*49\.7 ms/,
    );
  });

  it('fails no gate of an invalid run but on what no generator can cause', () => {
    const [slow, leaked] = failedLoad.gates.filter(({ outcome }) => outcome === 'failed');
    if (!slow || !leaked) throw new Error('the sample has no gate that failed');
    const gates = [slow, { ...leaked, gate: 'leaks == 0', unit: '', value: 3, limit: 0, reason: '' }];
    const text = plain(terminalText({ ...invalidLoad, gates }, look));
    expect(text).toContain('✗ leaks == 0 at 500: 3\n');
    expect(text).not.toContain(`✗ ${slow.gate}`);
    expect(text).toMatch(/gates: 1 failed, 1 withheld/);
  });

  it('tells what happened beside the publishing, and times only where they are claimed', () => {
    const storm = stageOf(200, 3, {
      shape: { ...stageOf(200, 3).shape, behaviour: { kind: 'storm', jitterMs: 0 } },
      turnover: { left: 0, cut: 182, back: 181, asleep: 0 },
      recovery: { p50: 210, p99: 900, all: null },
    });
    const tokens = stageOf(500, 3, {
      intruders: { goodIn: 180, goodOut: 0, badIn: 0, badOut: 420 },
      latency: { ...stageOf(500, 3).latency, refusal: spread(4) },
    });
    const told = (load: LoadResult): string =>
      plain(terminalText({ ...load, stages: [storm, tokens] }, look)).replace(/\s+/g, ' ');
    expect(told(passedLoad)).toContain(
      '200: 182 cut off, 181 back, half in 210 ms, 99 of 100 in 900 ms, all never',
    );
    expect(told(passedLoad)).toContain('good ones: 180 let in, 0 refused');
    expect(told(passedLoad)).toMatch(/500: bad tokens: 420 refused \(p99 [0-9.]+ ms\), 0 let in/);
    expect(told(invalidLoad)).toContain('200: 182 cut off, 181 back 500: bad tokens: 420 refused, 0 let in');
  });

  it('says that a run was not calibrated', () => {
    const note = 'Not calibrated: what of these latencies is the generator’s own is not known.';
    const stages = [stageOf(50, 3, { floor: { before: null, after: null } })];
    const told = (load: LoadResult): string => terminalText(load, look).replace(/\s+/g, ' ');
    expect(told({ ...passedLoad, stages })).toContain(note);
    expect(told(passedLoad)).not.toContain(note);
  });

  it('tells of connections where nothing was published', () => {
    const held = stageOf(300, 3, {
      name: 'held',
      publishes: { planned: 0, sent: 0, acknowledged: 0, unknown: 0, warmup: 0 },
      latency: { connect: spread(3, 300), subscribe: spread(1.5, 300) },
    });
    const text = plain(terminalText({ ...passedLoad, stages: [held] }, look));
    expect(text).toMatch(
      /stage +ready +dialled\/s +connect p99 +subscribe p99 +dropped\n +held +300\/300 +100 /,
    );
    expect(text).not.toMatch(/delivered 100|publishes\/s/);
  });

  it('tells what leaked, though nothing else can be claimed', () => {
    const text = plain(terminalText(leakedLoad, look));
    expect(text).toContain('FAIL  fanout on modelbeam: frames of another tenant were delivered');
    expect(text).toContain('✗ leak at 500, 3 ×: expected nothing of channel 1');
    expect(text).toContain('✗ monitor at 200, 1 × (P12): expected data as text');
  });

  it('tells what should not be in a line, and how many monitors did not run; which of them to who asks', () => {
    const lines = (verbose: boolean): string[] =>
      terminalText(advisedLoad, { width: 120, color: false, verbose }).trimEnd().split('\n');
    expect(lines(false).slice(-3, -1)).toEqual([
      '  should hold: M14i, 4 × at 200, 500: expected each update once; actual {"progress":40}',
      '  2 monitors of the surface do not run under load; for which, and why: --verbose',
    ]);
    expect(lines(true).slice(-4, -1)).toEqual([
      '  2 monitors of the surface do not run under load:',
      '    pusher/always/readings: it judges nothing',
      '    pusher/always/owners: it needs to know who submitted a job',
    ]);
    expect(terminalText(passedLoad, look)).not.toMatch(/should hold|monitors of/);
  });

  it('marks what did not end', () => {
    expect(terminalText(incompleteLoad, look)).toMatch(
      /200 \(unfinished\)[\s\S]*INCOMPLETE[\s\S]*unfinished ·/,
    );
  });

  it('is green only where the exit code is 0', () => {
    for (const [name, load] of all) {
      const text = terminalText(load, { ...look, color: true, verbose: true });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the colour is what is looked for
      expect([name, /\u001b\[32m/.test(text)]).toEqual([name, load.exit === 0]);
      expect(stripVTControlCharacters(text)).toBe(terminalText(load, { ...look, verbose: true }));
    }
  });
});
