import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type ConnectionTry, kindOf, type PusherRules, type Row } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { all, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';

import { type Scene, scene } from '../../src/suite/scene.ts';
import { cannotTell } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import { eventOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { endOf, greetingOf, reading, said, wrong } from './frames.ts';

type ConnectionRow = Row<ConnectionTry>;

const peerOf = (row: string): string => `connection ${row}`;

/** Every way to ask for a connection: who is greeted, and who is closed with which code. */
export function connecting({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const rows = Object.entries(rules.protocol.connections);
  const made = scene<PusherVerbs>(
    'pusher',
    'pusher/connecting',
    {
      title: 'every way to ask for a connection',
      needs: ['ws'],
      cost: { jobs: 0, connections: rows.length },
    },
    async ({ connections, offers }) => {
      const tried = rows.filter(([, row]) => (row.offers ?? []).every((word) => offers(word)));
      await Promise.all(
        tried.map(async ([name, row]) => {
          const peer = peerOf(name);
          await connections.dial(peer, row, { about: { row: name } });
          if (kindOf(row) === 'admitted') {
            if (await connections.greeted(peer)) await connections.prove(peer);
          } else {
            // The first word decides; a close may follow an error event.
            const isGreeting = (event: Parameters<typeof eventOf>[0]): boolean =>
              eventOf(event) === protocolEvent.established;
            await connections.settle(
              peer,
              (event) =>
                event.kind === 'refused' ||
                event.kind === 'unreachable' ||
                (event.kind === 'frame' && isGreeting(event)),
            );
          }
        }),
      );
    },
  );
  return {
    scenes: [made],
    cases: judgeEach(made, rows, ([name, row]) => ({
      ...rowCase(rules, name, row),
      covers: [`connection/${name}`, ...closeCovers(row)],
      applies: { offers: row.offers ?? [] },
    })),
  };
}

function closeCovers(row: ConnectionRow): string[] {
  return 'close' in row
    ? Object.values(row.close ?? {}).flatMap((codes) => codes.map((code) => `close/${code}`))
    : [];
}

function rowCase(rules: PusherRules, name: string, row: ConnectionRow) {
  const id = `pusher/connecting/${name}`;
  if ('admitted' in row) {
    return {
      id,
      title: `a connection with ${row.says} is greeted`,
      checks: Object.fromEntries(
        row.admitted.map((requirement) => [
          requirement,
          (view: View) =>
            // That it opens, and what is then said, are two things.
            requirement === 'PC1' ? opened(view, peerOf(name)) : greeted(view, peerOf(name)),
        ]),
      ),
    };
  }
  const twin = peerOf(row.twin);
  const peer = peerOf(name);
  const told = each(rules.closing.told, (view: View) => toldWhy(view, peer, twin));
  const range = each(rules.closing.range, (view: View) => inRange(view, peer, twin));
  const alone = each(rules.closing.alone, (view: View) => unannounced(view, peer, twin));
  if (!('refused' in row)) {
    return {
      id,
      title: `a connection with ${row.says} is served or closed with a code`,
      checks: each(rules.closing.told, (view: View) => undecided(view, peer, twin, row.openPoint)),
    };
  }
  const codes = row.close ?? {};
  const ownCodes = new Set(Object.keys(codes));
  return {
    id,
    title: `a connection with ${row.says} is refused`,
    checks: {
      ...(row.scheme === undefined ? { ...told, ...alone, ...range } : {}),
      ...each(
        row.refused.filter((requirement) => !ownCodes.has(requirement)),
        (view: View) => neverGreeted(view, peer, twin, row.scheme !== undefined),
      ),
      ...Object.fromEntries(
        Object.entries(codes).map(([requirement, allowed]) => [
          requirement,
          (view: View) => {
            const admitted = neverGreeted(view, peer, twin);
            // It goes on from there: a close that comes later, of an idle connection say, answers something else.
            if (greetingOf(view, peer)) return admitted;
            // Where the handshake was never completed there is no close frame to bear a code.
            const mayRefuse = row.path.includes('nowhere') || row.scheme !== undefined;
            return all([admitted, closedWith(view, peer, twin, allowed, mayRefuse)]);
          },
        ]),
      ),
    },
  };
}

function opened(view: View, peer: string): Judgement {
  const closed = endOf(view, peer);
  if (view.answer(peer).kind === 'opened' && !closed) return passed([peer]);
  return greeted(view, peer);
}

function greeted(view: View, peer: string): Judgement {
  const answer = view.answer(peer);
  if (answer.kind !== 'opened') {
    const cannot = cannotTell(view, peer);
    if (cannot) return untestable(cannot);
    return wrong(
      'refused',
      'the upgrade is granted',
      answer.kind === 'refused' ? `status ${answer.status}` : answer.error,
      answer,
    );
  }
  if (greetingOf(view, peer)) return passed([peer]);
  const closed = endOf(view, peer);
  const [first] = view.frames(peer);
  return wrong(
    'not-greeted',
    'connection_established',
    closed ? `closed with ${closed.code}` : said(first),
    closed ?? first ?? answer,
  );
}

/** What was refused was never established; what its twin is greeted with counts as the proof that others are. */
function neverGreeted(view: View, peer: string, twin: string, verified = false): Judgement {
  const answer = view.answer(peer);
  const greeting = greetingOf(view, peer);
  if (greeting) return wrong('admitted', 'no connection_established', said(greeting), greeting);
  if (answer.kind === 'unreachable' && answer.why === 'network' && !verified) return untestable(answer.error);
  if (answer.kind === 'refused' && (answer.status === 429 || answer.status >= 500))
    return untestable(`the target answered ${answer.status}, which says nothing about the request`);
  if (greeted(view, twin).kind !== 'passed') return untestable(`its twin ${twin} was not greeted either`);
  if (answer.kind === 'opened' && !endOf(view, peer)) {
    return wrong('left-open', 'the connection is closed', 'it stays open and says nothing', answer);
  }
  return passed([twin]);
}

function closedWith(
  view: View,
  peer: string,
  twin: string,
  allowed: readonly number[],
  mayRefuse: boolean,
): Judgement {
  const answer = view.answer(peer);
  const expected = `a close with ${allowed.join(' or ')}`;
  if (greeted(view, twin).kind !== 'passed') return untestable(`its twin ${twin} was not greeted either`);
  if (answer.kind === 'refused' || answer.kind === 'unreachable') {
    if (mayRefuse) return passed([twin]);
    const cannot = cannotTell(view, peer);
    if (cannot) return untestable(cannot);
    return wrong(
      'no-close',
      expected,
      answer.kind === 'refused' ? `the upgrade was refused with status ${answer.status}` : answer.error,
      answer,
    );
  }
  const closed = endOf(view, peer);
  if (!closed) return wrong('no-close', expected, 'no close', answer);
  return allowed.includes(closed.code)
    ? passed([twin])
    : wrong('close-code', expected, `a close with ${closed.code}`, closed);
}

/** What is asked of a close has nothing to be asked of where the refusal was none, or came before the upgrade. */
function notByClose(view: View, peer: string): Judgement | undefined {
  if (view.answer(peer).kind !== 'opened')
    return { kind: 'not-applicable', reason: 'the handshake was never completed' };
  if (greetingOf(view, peer)) return { kind: 'not-applicable', reason: 'it was not refused at all' };
  return undefined;
}

/** The reason is told by a code of the protocol's own, in the close frame itself. */
function toldWhy(view: View, peer: string, twin: string): Judgement {
  const answer = view.answer(peer);
  const other = notByClose(view, peer);
  if (other) return other;
  if (greeted(view, twin).kind !== 'passed') return untestable(`its twin ${twin} was not greeted either`);
  const closed = endOf(view, peer);
  if (!closed) return wrong('no-close', 'a close frame with a code', 'no close', answer);
  return closed.code >= 4000 && closed.code <= 4399
    ? passed([twin])
    : wrong('no-code', 'a close with a code of the protocol', `a close with ${closed.code}`, closed);
}

function inRange(view: View, peer: string, twin: string): Judgement {
  const other = notByClose(view, peer);
  if (other) return other;
  const closed = endOf(view, peer);
  if (!closed) return untestable('it was not refused by a close');
  return closed.code < 4400
    ? passed([twin])
    : wrong('range', 'a code of the protocol from 4000 to 4399', `a close with ${closed.code}`, closed);
}

function unannounced(view: View, peer: string, twin: string): Judgement {
  const other = notByClose(view, peer);
  if (other) return other;
  const closed = endOf(view, peer);
  const error = view.frames(peer, (frame) => eventOf(frame) === protocolEvent.error)[0];
  if (!closed || closed.code < 4000) return untestable('its close bears no code of the protocol');
  return error ? wrong('error-before-close', 'the close alone', said(error), error) : passed([twin]);
}

/** What no document decides: it is served, or refused with a code; either is an answer. */
function undecided(view: View, peer: string, twin: string, point: string): Judgement {
  const greeting = greetingOf(view, peer);
  if (greeting) return passed([twin], { readings: [reading(point, 'served', greeting)] });
  const told = toldWhy(view, peer, twin);
  const closed = endOf(view, peer);
  if (told.kind !== 'passed' || !closed) return told;
  return passed([twin], { readings: [reading(point, String(closed.code), closed)] });
}
