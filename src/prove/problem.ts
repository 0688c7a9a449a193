import type { SurfaceName } from '../contract/requirement.ts';

/** A row in which the suites do not prove what they are for: each makes `prove` fail. */
export type Problem =
  /** No check that names what the fault breaks failed in that dialect. */
  | { readonly kind: 'fault-survives'; readonly fault: string; readonly dialect: string }
  /** The fault lists a requirement of which no check failed in any dialect. */
  | { readonly kind: 'break-not-failed'; readonly fault: string; readonly requirement: string }
  /** Something failed that neither the fault's `breaks` nor what includes them names. */
  | {
      readonly kind: 'fails-too-much';
      readonly fault: string;
      readonly dialect: string;
      readonly case: string;
      readonly requirement: string;
      readonly found: string;
    }
  /** A MUST check that passes on the clean server and that no fault fails. */
  | {
      readonly kind: 'check-never-fails';
      readonly dialect: string;
      readonly case: string;
      readonly requirement: string;
    }
  /** A MUST of a server, its auth endpoint or its REST API that no fault is for. */
  | { readonly kind: 'no-fault-for'; readonly surface: SurfaceName; readonly requirement: string }
  | {
      readonly kind: 'impostor-passes' | 'impostor-answers';
      readonly impostor: string;
      readonly dialect: string;
      readonly case: string;
      readonly requirement: string;
    }
  /** The server without a fault does not pass a check: then nothing of its surface proves anything. */
  | {
      readonly kind: 'clean-not-passed';
      readonly dialect: string;
      readonly case: string;
      readonly requirement: string;
      readonly outcome: string;
      readonly found: string;
    }
  /** A check came to an error of the harness. */
  | {
      readonly kind: 'error';
      readonly trial: string;
      readonly dialect: string;
      readonly case: string;
      readonly requirement: string;
      readonly reason: string;
    };

/** A problem in a line, for a person. */
export function sentenceOf(problem: Problem): string {
  switch (problem.kind) {
    case 'fault-survives':
      return `${problem.fault} survives in ${problem.dialect}: no check of what it breaks failed`;
    case 'break-not-failed':
      return `${problem.fault} breaks ${problem.requirement}, says its list, but no check of that failed`;
    case 'fails-too-much':
      return `${problem.fault} fails ${checkOf(problem)}, which is not among what it breaks (${problem.found})`;
    case 'check-never-fails':
      return `${checkOf(problem)} passes, and no fault fails it`;
    case 'no-fault-for':
      return `${problem.surface}: no fault is for ${problem.requirement}, a MUST`;
    case 'impostor-passes':
      return `impostor/${problem.impostor} passes ${checkOf(problem)}`;
    case 'impostor-answers':
      return `impostor/${problem.impostor} answers the open point of ${checkOf(problem)}`;
    case 'clean-not-passed':
      return `without any fault ${checkOf(problem)} is ${problem.outcome} (${problem.found})`;
    case 'error':
      return `${problem.trial}: ${checkOf(problem)} came to an error of ours: ${problem.reason}`;
  }
}

function checkOf(cell: {
  readonly dialect: string;
  readonly case: string;
  readonly requirement: string;
}): string {
  return `${cell.case} ${cell.requirement} (${cell.dialect})`;
}
