import colors from 'picocolors';
import type { CaseResult, Header, RunEvent } from '../conform/run-event.ts';
import type { ReporterFactory } from './context.ts';
import { LiveLine } from './live-line.ts';
import { count, cut, duration, visible, wrap } from './plain-text.ts';
import { failures } from './terminal-failures.ts';
import { baselineLines, knownFailures } from './terminal-known.ts';
import { reasons } from './terminal-reasons.ts';
import { verdictLines } from './terminal-verdict.ts';

/**
 * For people: findings as they come, then every failure with what it takes to see it again, those that gate
 * first, then known ones in a line each, then what could not be told and why, and the verdict as the last line.
 */
export const terminal: ReporterFactory = (context) => {
  const paint = colors.createColors(context.color);
  const page = { ...context, paint };
  const live = new LiveLine(context);
  const cases: CaseResult[] = [];
  const shown = new Set<string>();
  const started = performance.now();
  let header: Header | undefined;
  let found = 0;

  const lines = async (all: readonly string[]): Promise<void> => {
    if (all.length > 0) await live.print(`${all.join('\n')}\n`);
  };

  async function on(event: RunEvent): Promise<void> {
    switch (event.event) {
      case 'header': {
        header = event;
        const names = event.targets.map(({ name, dialect }) =>
          name === dialect ? name : `${name} (${dialect})`,
        );
        await lines([
          ...wrap(visible(`plumbline ${event.tool.version}  ${names.join(', ')}`), context.width),
          paint.dim(
            `${count(event.checks, 'check')} in ${count(event.scenes, 'scene')} · seed ${event.seed}`,
          ),
        ]);
        return;
      }
      case 'scene-started':
        return;
      case 'scene-ended': {
        const findings = found > 0 ? ` · ${paint.red(count(found, 'finding'))}` : '';
        const passed = duration(performance.now() - started);
        await live.show(`${event.done}/${event.of} scenes${findings} · ${passed} · ${visible(event.scene)}`);
        return;
      }
      case 'finding': {
        const { check } = event;
        const key = `${check.target} ${check.case} ${check.requirement}`;
        if (shown.has(key) || check.known !== undefined) return;
        shown.add(key);
        found += 1;
        const where = visible(`${check.level} ${check.requirement} ${check.case} · ${check.target}`);
        await lines([`${paint.red('✗')} ${cut(where, context.width - 2)}`]);
        return;
      }
      case 'case':
        cases.push(event);
        return;
      case 'verdict':
        await live.clear();
        await lines([
          ...(context.verbose ? ['', ...everyCase(cases, paint)] : []),
          ...failures(cases, header, page),
          ...knownFailures(cases, page),
          ...reasons(cases, page),
          ...baselineLines(event, page),
          ...verdictLines(event, header, page),
        ]);
        return;
      case 'footer':
        return;
    }
  }

  return {
    on: (event) => on(event).catch(unlessClosed),
    end: () => context.out.end().catch(unlessClosed),
  };
};

/** Whoever closes the pipe has read enough; the verdict and the other reports are not affected. */
function unlessClosed(cause: unknown): void {
  const { code } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
  if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') throw cause;
}

const marks: Readonly<Record<string, string>> = { passed: '✓', failed: '✗', error: '!', ambiguous: '≈' };

function everyCase(cases: readonly CaseResult[], paint: ReturnType<typeof colors.createColors>): string[] {
  return cases.map((one) => {
    const mark = marks[one.outcome] ?? '·';
    const painted =
      one.outcome === 'passed' ? paint.green(mark) : one.outcome === 'failed' ? paint.red(mark) : mark;
    const what = one.outcome === 'passed' || one.outcome === 'failed' ? '' : ` ${paint.dim(one.outcome)}`;
    return `${painted} ${visible(`${one.target}:${one.id}`)}${what}  ${paint.dim(visible(one.title))}`;
  });
}
