import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { CaseResult, Recordings, RunEvent } from '../conform/run-event.ts';
import type { Recording } from '../suite/recording.ts';
import { on, written as recorded } from '../suite/written-recording.ts';
import { script } from './html/script.ts';
import { style } from './html/style.ts';
import { html } from './html.ts';
import {
  caseOf,
  cases,
  check,
  conformantVerdict,
  events,
  footer,
  header,
  hostile,
  plainContext,
  toMemory,
  verdict,
} from './sample-run.ts';

const viewer = on('viewer');

/** A recording of one connection that was sent so many frames of a text. */
function sceneOf(texts: readonly string[], more: Partial<Recording> = {}): Recording {
  const frames = texts.map((text) => viewer.frame(text));
  return { ...recorded({ scene: 'emit/every-type', events: frames }), target: 'mine', ...more };
}

function holding(...all: readonly Recording[]): Recordings {
  return { of: (target, scene) => all.find((one) => one.target === target && one.scene === scene) };
}

/** The page, and what lies beside it. */
async function pageOf(told: readonly RunEvent[], recordings: Recordings = holding()) {
  const [out, beside] = [toMemory(), toMemory()];
  const reporter = html({ ...plainContext, out, beside: { name: 'run.recordings.ndjson', out: beside } });
  for (const event of told) await reporter.on(event, recordings);
  await reporter.end?.();
  expect([out.ended(), beside.ended()]).toEqual([true, true]);
  return { page: out.text(), beside: beside.text() };
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Every element of a page, and all its text; ours is written so that a strict parser of XML reads it. */
function read(page: string): { readonly elements: readonly Element[]; readonly text: string } {
  const elements: Element[] = [];
  let text = '';
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes }));
  parser.on('text', (more) => {
    text += more;
  });
  parser.on('error', (error) => {
    throw error;
  });
  const asXml = page
    .replace('<!doctype html>', '')
    .replace(script, '')
    .replace(style, '')
    .replace(/<(meta|input)\b([^>]*[^/])>/g, '<$1$2/>')
    .replace(/ (open|hidden)>/g, ' $1="">')
    .replace(/autocomplete="off">/g, 'autocomplete="off"/>');
  parser.write(asXml).close();
  return { elements, text };
}

/** Names of elements and of their attributes, each once. */
function namesIn(page: string): string[] {
  const { elements } = read(page);
  return [...new Set(elements.flatMap(({ name, attributes }) => [name, ...Object.keys(attributes)]))].sort();
}

describe('the rules that are drawn', () => {
  const countOf = (page: string, name: string, classes: string): number =>
    read(page).elements.filter((one) => one.name === name && one.attributes.class === classes).length;

  it('are as many lines, numbers and states as there are, each as the run left it', async () => {
    const { page } = await pageOf(events);
    // A line and a number for each step.
    expect(countOf(page, 'g', 'step seen')).toBe(2 * 2);
    expect(countOf(page, 'g', 'step failed')).toBe(2);
    expect(countOf(page, 'g', 'step silent')).toBe(2);
    expect(countOf(page, 'g', 'step asked')).toBe(2);
    expect(countOf(page, 'g', 'step idle')).toBe(2);
    expect(countOf(page, 'g', 'state') + countOf(page, 'g', 'state last')).toBe(3);
  });

  it('stand in tables as well, with what was asked and seen', async () => {
    const { text } = read((await pageOf(events)).page);
    expect(text).toContain('passed by 3 cases; seen 7 times');
    expect(text).toContain('untestable by 1 case; not seen');
    expect(text).toContain('nothing on the wire shows it');
    expect(text).toContain('nothing is said');
    expect(text).toContain('failed by 1 case; seen once');
  });

  it('lead to the requirements that the page has, and nowhere else', async () => {
    const { elements } = read((await pageOf(events)).page);
    const ids = new Set(elements.flatMap(({ attributes }) => attributes.id ?? []));
    const links = elements
      .flatMap(({ attributes }) => attributes.href ?? [])
      .filter((to) => to.startsWith('#'));
    expect(links).toContain('#requirement/emit/E39');
    for (const link of links) expect(ids).toContain(link.slice(1));
  });

  it('are not there where none were stored', async () => {
    const { exercised: _, ...older } = verdict;
    const { page } = await pageOf([header, ...cases, older, footer]);
    expect(read(page).text).toContain('Nothing of it was stored with this run.');
    expect(countOf(page, 'svg', 'automaton')).toBe(0);
  });

  it('say whatever they are called, and run nothing of it', async () => {
    const [one] = verdict.exercised ?? [];
    if (!one) return expect.fail('the sample has none');
    const { automaton } = one;
    const states = [...automaton.states, hostile];
    const steps = [
      ...automaton.steps,
      { ...automaton.steps[0], to: hostile, on: hostile, event: hostile } as never,
    ];
    const told = {
      ...verdict,
      exercised: [{ ...one, target: hostile, automaton: { ...automaton, states, steps } }],
    };
    expect(namesIn((await pageOf([header, ...cases, told, footer])).page)).toEqual(
      namesIn((await pageOf(events)).page),
    );
  });
});

const failing = (finding: Partial<CaseResult['findings'][number]> = {}): readonly RunEvent[] => [
  header,
  caseOf('emit/leaks', [check('failed')], {
    findings: [{ requirement: 'E10', rule: 'leak', expected: 'null', actual: 'data', frame: 0, ...finding }],
    transcript: ['an excerpt of it'],
  }),
  verdict,
  footer,
];

describe('the page of a run', () => {
  it('begins with the verdict, its exit code and its reason', async () => {
    const { text } = read((await pageOf(events)).page);
    expect(text).toMatch(/non-conformant\s+exit 1\s+2 gating checks failed/);
  });

  it('has every case once, under an id of its own', async () => {
    const { elements } = read((await pageOf(events)).page);
    const told = elements.filter(({ attributes }) => attributes.class === 'case');
    expect(told.map(({ attributes }) => attributes.id).sort()).toEqual(
      cases.map(({ target, id }) => `case/${target}/${id}`).sort(),
    );
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells failures before all else, those that gate first', async () => {
    const { elements } = read((await pageOf(events)).page);
    const outcomes = elements.flatMap(({ attributes }) => attributes['data-outcome'] ?? []);
    expect(outcomes.slice(0, 5)).toEqual(['failed', 'flaky', 'error', 'failed, not gating', 'known failure']);
    expect(outcomes.slice(5)).not.toContain('failed');
  });

  it('gives reasons of what was left out, and the command to run a failure again', async () => {
    const { text } = read((await pageOf(events)).page);
    for (const said of [
      'untestable: no driver performs revoke',
      'excluded: no time',
      'npm run conform -- --target my-server.yaml --only mine:emit/leaks',
      'stripped data: null (a document)',
    ])
      expect(text).toContain(said);
  });

  it('says that nothing failed where nothing did', async () => {
    const { page } = await pageOf([
      header,
      caseOf('emit/passes', [check('passed')]),
      conformantVerdict,
      footer,
    ]);
    expect(read(page).text).toContain('Nothing failed, and nothing broke.');
  });

  it('says that a run did not end', async () => {
    const { page } = await pageOf([...events.slice(0, -1), { ...footer, complete: false }]);
    expect(read(page).text).toContain('This run did not end');
  });

  it('links to nothing but itself and what lies beside it, and every link leads somewhere', async () => {
    const { elements } = read((await pageOf(failing(), holding(sceneOf(['{}'])))).page);
    const ids = new Set(elements.flatMap(({ attributes }) => attributes.id ?? []));
    const links = elements.flatMap(({ attributes }) => attributes.href ?? []);
    expect(links).toContain('run.recordings.ndjson');
    const lost = links.filter((link) => link !== 'run.recordings.ndjson' && !ids.has(link.slice(1)));
    expect(lost).toEqual([]);
    expect(elements.filter(({ attributes }) => 'src' in attributes)).toEqual([]);
  });
});

describe('what was on the wire', () => {
  it('stands once for all cases of a scene, which point at its frames', async () => {
    const two = [...failing(), caseOf('emit/too', [check('failed')], { findings: [] })];
    const { page } = await pageOf(two, holding(sceneOf(['{"type":"init"}', '{"type":"progress"}'])));
    const { elements } = read(page);
    expect(elements.filter(({ attributes }) => attributes.class === 'scene')).toHaveLength(1);
    expect(
      elements.filter(({ attributes }) => attributes.href === '#frame/mine/emit/every-type/0'),
    ).toHaveLength(1);
    expect(page).not.toContain('an excerpt of it');
  });

  it('is an excerpt where there is no recording, and the page says so', async () => {
    const { text } = read((await pageOf(failing())).page);
    expect(text).toContain('There are no recordings of this run');
    expect(text).toContain('an excerpt of it');
  });

  it('is cut to 4 KiB a frame, with its length', async () => {
    const { text } = read(
      (await pageOf(failing(), holding(sceneOf(['ü'.repeat(2048), 'ü'.repeat(2049)])))).page,
    );
    expect(text.match(/cut: 4096 of 4098 bytes shown/g)).toHaveLength(1);
    expect(text).not.toContain('\ufffd');
  });

  it('is cut to the 200 events nearest to a finding', async () => {
    const texts = Array.from({ length: 1000 }, (_, at) => `frame-${at}.`);
    const { page, beside } = await pageOf(failing({ frame: 500 }), holding(sceneOf(texts)));
    const { text } = read(page);
    expect(text).toContain('Cut: 200 events of 1000');
    expect(texts.filter((one) => text.includes(one))).toEqual(texts.slice(400, 600));
    expect(text).toContain('⋮ 400 events left out here');
    // All of it is beside the page: the head of the file, of the recording, and the events.
    expect(beside.trimEnd().split('\n')).toHaveLength(1002);
  });

  it('keeps the page below 5 MB, whatever there is of it', async () => {
    const finding = { requirement: 'E10', rule: 'leak', expected: 'x', actual: '&'.repeat(9000), frame: 3 };
    const scenes = Array.from({ length: 25 }, (_, at) => `emit/scene-${at}`);
    const told = Array.from({ length: 250 }, (_, at) =>
      caseOf(`emit/case-${at}`, [check('failed')], {
        ...{ scene: scenes[at % 25] ?? '', findings: Array(30).fill(finding) },
      }),
    );
    const { events: frames } = sceneOf(Array(210).fill(`{"a":"${'<'.repeat(5000)}"}`));
    const big = scenes.map((scene) => sceneOf([], { scene, events: frames }));
    const { page } = await pageOf([header, ...told, verdict, footer], holding(...big));
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
    expect(read(page).text).toContain('Cut: this page is full.');
  });
});

describe('nothing that a server says becomes markup', () => {
  /** A run in which a text stands wherever a server can put one. */
  const saying = async (text: string): Promise<string> => {
    const told = [
      header,
      caseOf(
        'emit/leaks',
        [check('failed', { reason: text }), check('untestable', { requirement: 'E1', reason: text })],
        {
          findings: [
            { requirement: 'E10', rule: 'leak', expected: text, actual: text, pointer: `/${text}`, frame: 0 },
          ],
          observations: [`seen: ${text}`],
        },
      ),
      caseOf('emit/other', [check('error', { reason: text })], { scene: 'emit/none', transcript: [text] }),
      { ...verdict, reason: text },
      footer,
    ];
    const scene = recorded({
      scene: 'emit/every-type',
      ending: { kind: 'stopped', reason: text },
      steps: [{ name: text, outcome: 'miss', reason: text }],
      events: [
        viewer.frame(text),
        viewer.frame(JSON.stringify({ type: text, status: text })),
        { kind: 'opened', peer: 'viewer', headers: { [text]: text } },
        viewer.refused(403, text),
        { kind: 'closed', peer: 'viewer', by: 'them', code: 1000, reason: text },
      ],
    });
    return (await pageOf(told, holding({ ...scene, target: 'mine' }))).page;
  };

  it.each([
    hostile,
    '"><script>alert(1)</script>',
    "' onload='alert(1)",
    '</script></style></svg><img src=x onerror=alert(1)>',
    '<!-- ',
    ']]>',
    '&lt;b&gt;',
    '$1 `\\',
  ])('%j', async (text) => {
    expect(namesIn(await saying(text))).toEqual(namesIn(await saying('plain')));
  });

  it('nor does any other text', async () => {
    const plain = namesIn(await saying('plain'));
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '/',
      '=',
      '-->',
      '<script>',
      ' onclick=',
      ']]>',
      '\u0000',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((some) => some.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (said) => {
        expect(namesIn(await saying(`x${said}`))).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('and only our own script and style may run', async () => {
    const { elements } = read(await saying('plain'));
    const policy = elements.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes.content).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'$/,
    );
    expect(
      elements.filter(({ attributes }) => Object.keys(attributes).some((name) => /^(on|style$)/.test(name))),
    ).toEqual([]);
  });
});
