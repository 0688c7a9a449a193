import type { ClaimTry, SignedFeature } from '../../src/contract/pusher-features.ts';
import type { Row } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { fill } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';
import { endOf, neverThere, said, wrong } from './frames.ts';

/** What a row sends: its signature, and the data that goes with it. */
export interface Claim {
  readonly peer: string;
  /** Empty where it is about none. */
  readonly channel: string;
  readonly step: string;
  readonly auth: string | undefined;
  readonly data: string | undefined;
}

/** The connection that a row is tried on. */
export function claimant(row: string): string {
  return `row ${row}`;
}

/** Who a row is about. */
export function claimedUser(nonce: string, row: string): string {
  return `user-${nonce}-${row}`;
}

/**
 * Tries every signature of a feature, each on a connection of its own, which is pinged afterwards. `witness` is
 * a connection that is there already: its socket is the other one.
 */
export async function tryClaims(
  verbs: PusherVerbs,
  { signs, rows }: SignedFeature,
  { channelOf, witness }: { readonly channelOf?: (row: string) => string; readonly witness: string },
  ask: (claim: Claim) => Promise<void>,
): Promise<void> {
  const { auth, connections, nonce } = verbs;
  await Promise.all(
    Object.entries(rows).map(async ([name, row]) => {
      const peer = claimant(name);
      const channel = channelOf?.(name);
      await connections.connect(peer, {
        about: { row: name, ...(channel === undefined ? {} : { channel }) },
      });
      const data = row.data === undefined ? undefined : fill(row.data, { user: claimedUser(nonce, name) });
      const values = auth.featureValues(signs, {
        socketId: connections.socketId(peer),
        otherSocket: connections.socketId(witness),
        ...(channel === undefined ? {} : { channel }),
        ...(data === undefined ? {} : { data }),
      });
      await ask({
        peer,
        channel: channel ?? '',
        step: `attempt ${name}`,
        auth: row.auth === null ? undefined : fill(row.auth, values),
        data,
      });
      await connections.ping(peer, { step: `fence ${peer}` });
    }),
  );
}

/** How a row was answered, if it was. */
export type AnswerTo = (
  view: View,
  row: string,
) => { readonly frame: Frame; readonly answer: 'granted' | 'refused' } | undefined;

/** A case for each signature: granted, or refused beside the one that is granted. */
export function claimCases(
  made: Scene<PusherVerbs>,
  theme: string,
  rows: Readonly<Record<string, Row<ClaimTry>>>,
  what: string,
  answer: AnswerTo,
  more: (row: string) => Record<string, (view: View) => Judgement> = () => ({}),
): Case[] {
  return judgeEach(made, Object.entries(rows), ([name, row]) => ({
    id: `pusher/${theme}/${name}`,
    title: `${what} ${'admitted' in row ? 'is granted to' : 'is refused to'} ${row.says}`,
    checks: {
      ...('admitted' in row
        ? each(row.admitted, (view: View) => granted(view, name, answer))
        : 'refused' in row
          ? each(row.refused, (view: View) => refused(view, name, row.twin, answer))
          : {}),
      ...more(name),
    },
    covers: [`${theme}/${name}`],
  }));
}

/** A claim that must be granted. */
export function granted(view: View, name: string, answer: AnswerTo): Judgement {
  const peer = claimant(name);
  const never = neverThere(view, peer);
  if (never) return never;
  view.step(`attempt ${name}`);
  const found = answer(view, name);
  if (found?.answer === 'granted') return passed([peer]);
  const closed = endOf(view, peer);
  if (found) return wrong('refused', 'it is granted', said(found.frame), found.frame);
  return wrong('unconfirmed', 'it is granted', closed ? `closed with ${closed.code}` : 'no answer', closed);
}

/** A claim that must be refused: by a word, a close, or silence up to a later pong. */
export function refused(view: View, name: string, twin: string, answer: AnswerTo): Judgement {
  const peer = claimant(name);
  const never = neverThere(view, peer);
  if (never) return never;
  view.step(`attempt ${name}`);
  const found = answer(view, name);
  if (found?.answer === 'granted') return wrong('admitted', 'it is refused', said(found.frame), found.frame);
  if (granted(view, twin, answer).kind !== 'passed')
    return untestable(`its twin ${twin} was not granted either`);
  if (!found && !endOf(view, peer) && view.maybeStep(`fence ${peer}`)?.outcome !== 'ok')
    return untestable('nothing fences it');
  return passed([claimant(twin), peer]);
}
