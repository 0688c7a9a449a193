import type { LoadPlan } from '../plan/load-plan.ts';
import { BeamSession } from './beam-session.ts';
import { EmitSession } from './emit-session.ts';
import { PusherSession } from './pusher-session.ts';
import type { SessionReader } from './session.ts';

type Maker = new (run: number, watches: 'job' | 'space') => SessionReader;

const makers: Readonly<Record<'pusher' | 'emit' | 'beam', Maker>> = {
  pusher: PusherSession,
  emit: EmitSession,
  beam: BeamSession,
};

/**
 * Who speaks a surface, for the run whose frames count. `watches`: of emit, what is at the other end. This file runs in
 * Node and in k6.
 */
export function sessionReader(
  surface: 'pusher' | 'emit' | 'beam',
  run: number,
  watches: 'job' | 'space' = 'job',
): SessionReader {
  return new makers[surface](run, watches);
}

/** The same, as a plan has it. */
export function readerOf({ surface, run, stage }: LoadPlan): SessionReader {
  return sessionReader(surface, run, stage.space ? 'space' : 'job');
}
