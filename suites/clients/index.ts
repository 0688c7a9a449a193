import type { Contract } from '../../src/contract/contract.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { ownChannel } from '../../src/surfaces/clients/monitors/own-channel.ts';
import { emitClients, pusherClients } from '../../src/surfaces/clients/surfaces.ts';
import { closes } from './closes.ts';
import { jobStream } from './job-stream.ts';
import { keepAlive } from './keep-alive.ts';
import { life } from './life.ts';
import { reconnecting } from './reconnecting.ts';
import { refusals } from './refusals.ts';

/** What is asked of a client of the pusher surface, for one dialect of a contract. The server is played to it. */
export function pusherClientSuite({ pusher }: Contract, dialect: string): Suite {
  const { rules } = pusher;
  const themes = [life(rules), keepAlive(rules), reconnecting(rules), closes(rules), refusals(rules)];
  return {
    surface: pusherClients(pusher, dialect),
    scenes: themes.flatMap((theme) => theme.scenes),
    cases: themes.flatMap((theme) => theme.cases),
    monitors: [ownChannel(rules.clients)],
  };
}

/** What is asked of a client of the emit surface. */
export function emitClientSuite({ emit }: Contract, dialect: string): Suite {
  return { surface: emitClients(emit, dialect), ...jobStream(emit.rules), monitors: [] };
}
