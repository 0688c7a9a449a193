import { describe, expect, it } from 'vitest';
import {
  caseOf,
  cases,
  check,
  conformantVerdict,
  events,
  header,
  plainContext,
  staleVerdict,
  verdict,
  written,
} from './sample-run.ts';
import { terminal } from './terminal.ts';

/** The block of one case. */
function block(text: string, id: string): string {
  const found = text.split('\n\n').find((part) => /^[✗] /.test(part.trimStart()) && part.includes(id));
  if (!found) throw new Error(`no block of ${id} in\n${text}`);
  return found;
}

describe('the terminal report', () => {
  it('shows a failure with what it takes to understand it and to see it again', async () => {
    const text = await written(terminal, [
      header,
      caseOf(
        'emit/scope/completed/stripped-for-progress',
        [check('failed'), check('failed', { requirement: 'E39' })],
        {
          findings: [
            {
              requirement: 'E10',
              rule: 'leak',
              expected: 'no data, or null',
              actual: 'a canary',
              pointer: '/data',
            },
          ],
          transcript: [
            '  low 12.1 ms  ← {"jobId":"01M81FR6H1BH9B43R6TWWR5FZB"}',
            '→ low 12.3 ms  ← {"data":1}',
          ],
        },
      ),
      verdict,
    ]);
    expect(block(text, 'emit/scope')).toBe(
      `
✗ emit/scope/completed/stripped-for-progress                 MUST E10 E39 · mine
  a progress viewer sees nothing of the data
  E10       A viewer with jobs:read:progress never sees the result of a job.
  E39       A viewer with jobs:read:progress never sees the result of a job.
  source    emit.run WebSockets, "Scopes" · specs/emit/requirements.yaml:212
  expected  no data, or null
  actual    a canary (at /data)
  wire        low 12.1 ms  ← {"jobId":"01M81F…"}
            → low 12.3 ms  ← {"data":1}
  again     npm run conform -- --target my-server.yaml --only mine:emit/scope/completed/stripped-for-progress`.slice(
        1,
      ),
    );
  });

  it('puts what decides the exit code first, then what does not gate, and what is known in a line', async () => {
    const text = await written(terminal, events);
    const order = [...text.matchAll(/^✗ (emit\/\S+) /gm)].map(([, id]) => id);
    expect(order).toEqual(['emit/leaks', 'emit/flaky', 'emit/should']);
    expect(text).toContain(
      'known  1 failed check that the baseline excuses\n    1 × ISSUE-1\n        mine: emit/known E10\n',
    );
  });

  it('tells a known failure in full where all is asked for, and never one by one as it comes', async () => {
    expect(block(await written(terminal, events, { verbose: true }), 'emit/known')).toContain(
      '  known     ISSUE-1\n',
    );
    const finding = events[2];
    if (finding?.event !== 'finding') throw new Error('no finding');
    const known = { ...finding, check: { ...finding.check, known: 'ISSUE-1' } };
    expect(await written(terminal, [header, known])).not.toContain('✗');
  });

  it('tells in full of a known failure that is flaky, or has an unknown one beside it', async () => {
    const text = await written(terminal, [
      header,
      caseOf('emit/both', [check('failed', { known: 'ISSUE-1' }), check('failed', { requirement: 'E39' })]),
      caseOf('emit/moody', [check('failed', { known: 'ISSUE-1', flaky: true, reason: 'flaky: 1 of 2' })]),
      verdict,
    ]);
    expect(block(text, 'emit/both')).toContain('MUST E10 E39');
    expect(block(text, 'emit/moody')).toContain('flaky: 1 of 2');
  });

  it('names each entry of the baseline that is no longer right, and what else is to be known of it', async () => {
    const text = await written(terminal, [header, staleVerdict]);
    expect(text).toContain(
      `baseline  known.yaml: 2 entries no longer right · 1 entry not judged in this run
          · 1 entry without a reason: fill it in
  ✗ passes, or is no longer seen · known.yaml:3: emit/passes E10 "leak" of mine:
    the check has passed
  ✗ fails differently · known.yaml:9: emit/leaks E39 "leak" of mine: it fails`,
    );
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  it('says whether the rounds agreed', async () => {
    expect(await written(terminal, [header, staleVerdict])).toContain(
      '\n3 rounds  13 checks consistent · 1 flaky · 1 not judged in every round\n',
    );
    const steady = { ...verdict, repeat: { rounds: 2, consistent: 14, flaky: 0, unsettled: 0 } };
    expect(await written(terminal, [header, steady])).toContain(
      '\n2 rounds  14 checks consistent · none flaky\n',
    );
  });

  it('counts a failed SHOULD among what decides under --level should', async () => {
    const text = await written(terminal, events, { level: 'should' });
    const order = [...text.matchAll(/^✗ (emit\/\S+) /gm)].map(([, id]) => id);
    expect(order).toEqual(['emit/leaks', 'emit/should', 'emit/flaky']);
  });

  it('folds what is untestable by reason', async () => {
    const text = await written(terminal, events);
    expect(text).toContain(
      'untestable  2 checks, 2 of them MUST\n    2 × mine: no driver performs revoke\n        emit/untestable E10\n',
    );
    expect(text).not.toContain('not selected');
  });

  it('says a dead target once, not once for each check', async () => {
    const dead = Array.from({ length: 200 }, (_, at) =>
      caseOf(`emit/${at}`, [check('error', { reason: 'target unreachable: connect ECONNREFUSED' })]),
    );
    const text = await written(terminal, [header, ...dead, verdict]);
    expect(text.match(/ECONNREFUSED/g)).toHaveLength(1);
    expect(text).toContain('  200 × target unreachable: connect ECONNREFUSED');
  });

  it('tells how open points were answered', async () => {
    expect(await written(terminal, events)).toContain('\n    A21 null\n');
    expect(await written(terminal, events)).not.toContain('A22');
    const inFull = await written(terminal, events, { verbose: true });
    expect(inFull).toContain(
      '    A21 null: stripped data\n      null: the page on scopes\n      absent: a sample\n',
    );
  });

  it('ends with the verdict, on each target and on the run', async () => {
    const text = await written(terminal, events);
    expect(text).toMatch(/^ {2}relay {2}CONFORMANT AS A RELAY {2}1 of 1 MUST check passed$/m);
    expect(text.trimEnd().split('\n').slice(-2).join('\n')).toBe(
      'NON-CONFORMANT  my-server.yaml · 3 of 10 MUST checks failed · 1 SHOULD failed\n' +
        '  1 error · 2 untestable · 1 not run · partial · 3.1 s · exit 1',
    );
  });

  it('gives the reason for an exit code that no failure explains', async () => {
    const down = { ...verdict, verdict: 'incomplete', exit: 3, reason: 'target unreachable: mine' } as const;
    expect(await written(terminal, [header, down])).toContain('  target unreachable: mine\nINCOMPLETE');
  });

  it('fits 80 columns, but for what is to be copied', async () => {
    for (const line of (await written(terminal, events)).split('\n')) {
      if (!line.startsWith('  again')) expect([...line].length, line).toBeLessThanOrEqual(80);
    }
  });

  it('lets no server write on the screen', async () => {
    for (const context of [{}, { verbose: true }, { live: true }]) {
      const text = await written(terminal, events, context);
      const own = text.replaceAll('\r\u001b[2K', '');
      expect(own).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
      expect(own).toContain('\\u001b[2J');
    }
  });

  it('shows progress on a terminal only', async () => {
    expect(await written(terminal, events)).not.toContain('1/2 scenes');
    expect(await written(terminal, events, { live: true })).toContain('\r\u001b[2K1/2 scenes · 1 finding · ');
  });

  it('shows a finding when it is made', async () => {
    const text = await written(terminal, events.slice(0, 3));
    expect(text).toContain('✗ MUST E10 emit/leaks · mine\n');
  });

  it('shows every case when it is asked to', async () => {
    const text = await written(terminal, events, { verbose: true });
    for (const { id } of cases) expect(text).toContain(`:${id}`);
  });

  it('is coloured only on demand', async () => {
    expect(await written(terminal, events, { color: true })).toContain('\u001b[31m');
    expect(await written(terminal, [header, conformantVerdict])).not.toContain('\u001b');
  });

  it('goes on when its reader is gone', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const out = { write: async () => Promise.reject(gone), end: async () => {}, discard: async () => {} };
    const reporter = terminal({ ...plainContext, out });
    for (const event of events) await reporter.on(event, { of: () => undefined });
  });
});
