import { failed, type Judgement, passed, type Reading, untestable } from './judgement.ts';
import type { View } from './view.ts';

/** A request that must be refused, and the same request with the one field put right. */
export interface Refusal {
  readonly attempt: string;
  readonly twin: string;
  /** The open point that the status number answers, if one does. */
  readonly openPoint?: string | undefined;
}

/**
 * A refused upgrade, beside its accepted twin. 101 is never a refusal, not even with a close after it;
 * silence is none either. 429 and 5xx say nothing about the credential.
 */
export function refused(view: View, { attempt, twin, openPoint }: Refusal): Judgement {
  const answer = view.answer(attempt);
  if (answer.kind === 'opened') {
    const closed = view.of(attempt).find((event) => event.kind === 'closed');
    const after =
      closed?.kind === 'closed' && closed.by === 'them' ? `, then a close with ${closed.code}` : '';
    return failed({
      rule: 'admitted',
      expected: 'the upgrade is refused',
      actual: `101 Switching Protocols${after}`,
      frame: answer.seq,
    });
  }
  const cannot = cannotTell(view, attempt);
  if (cannot) return untestable(cannot);
  const accepted = view.answer(twin);
  if (accepted.kind !== 'opened') {
    return untestable(`its twin ${twin} was not admitted either (${describeAnswer(view, twin)})`);
  }
  // Only beside an answered twin: who answers nobody has refused nobody, and that is its twin's failure.
  if (answer.kind === 'unreachable' && answer.why === 'silent') {
    return failed({
      rule: 'silent',
      expected: 'the upgrade is refused',
      actual: 'no answer at all',
      frame: answer.seq,
    });
  }
  const readings: Reading[] =
    openPoint && answer.kind === 'refused'
      ? [{ point: openPoint, value: String(answer.status), frame: answer.seq }]
      : [];
  return passed([twin], { readings });
}

/** The status number of a refusal: one of those that are allowed. */
export function refusedWith(view: View, { attempt, twin }: Refusal, statuses: readonly number[]): Judgement {
  const refusal = refused(view, { attempt, twin });
  if (refusal.kind !== 'passed') {
    return refusal.kind === 'failed' ? untestable('it was not refused at all') : refusal;
  }
  const answer = view.answer(attempt);
  const status = answer.kind === 'refused' ? answer.status : undefined;
  if (status !== undefined && statuses.includes(status)) return refusal;
  return failed({
    rule: 'status',
    expected: `status ${statuses.join(' or ')}`,
    actual: status === undefined ? 'no HTTP status: the connection was dropped' : `status ${status}`,
    frame: answer.seq,
  });
}

/** An upgrade that must be admitted. */
export function admitted(view: View, attempt: string): Judgement {
  const answer = view.answer(attempt);
  if (answer.kind === 'opened') return passed([attempt]);
  const cannot = cannotTell(view, attempt);
  if (cannot) return untestable(cannot);
  return failed({
    rule: 'refused',
    expected: '101 Switching Protocols',
    actual: describeAnswer(view, attempt),
    shape: shapeOfAnswer(answer),
    frame: answer.seq,
  });
}

/** Why an answer says nothing about what was asked: the server was busy, or the network failed. */
export function cannotTell(view: View, attempt: string): string | undefined {
  const answer = view.answer(attempt);
  if (answer.kind === 'refused' && (answer.status === 429 || answer.status >= 500)) {
    return `${attempt}: the target answered ${answer.status}, which says nothing about the request`;
  }
  if (answer.kind === 'unreachable' && answer.why === 'network') return `${attempt}: ${answer.error}`;
  return undefined;
}

/** An answer to an upgrade without the words of whoever could not read it. */
export function shapeOfAnswer(answer: ReturnType<View['answer']>): string {
  return answer.kind === 'unreachable'
    ? `no answer: ${answer.why}`
    : answer.kind === 'refused'
      ? `status ${answer.status}`
      : 'status 101';
}

/** An answer to an upgrade in a few words. */
export function describeAnswer(view: View, attempt: string): string {
  const answer = view.answer(attempt);
  switch (answer.kind) {
    case 'opened':
      return '101 Switching Protocols';
    case 'refused':
      return `status ${answer.status}`;
    case 'unreachable':
      return answer.why === 'silent' ? 'no answer' : `no HTTP answer: ${answer.error}`;
  }
}
