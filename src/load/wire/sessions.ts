import { BeamSession } from './beam-session.ts';
import { EmitSession } from './emit-session.ts';
import { PusherSession } from './pusher-session.ts';
import type { SessionReader } from './session.ts';

const makers: Readonly<Record<'pusher' | 'emit' | 'beam', new (run: number) => SessionReader>> = {
  pusher: PusherSession,
  emit: EmitSession,
  beam: BeamSession,
};

/** Who speaks a surface, for the run whose frames count. This file runs in Node and in k6. */
export function sessionReader(surface: 'pusher' | 'emit' | 'beam', run: number): SessionReader {
  return new makers[surface](run);
}
