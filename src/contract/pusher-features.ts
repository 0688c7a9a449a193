import type { Row } from './pusher-row.ts';
import type { Ids } from './rules.ts';

/** Features beyond private channels: `features` of `specs/pusher/rules.yaml`, by the names of their capabilities. */
export interface PusherFeatures {
  readonly presence: SignedFeature & {
    readonly prefix: string;
    readonly roster: Ids;
    /** Told by member_added: to the others, once for each user, and not to whoever joins. */
    readonly joining: Readonly<Record<'announced' | 'onlyFirst' | 'others', Ids>>;
    /** Told by member_removed: to the others, once the last connection of the user is gone. */
    readonly leaving: Readonly<Record<'announced' | 'onlyLast', Ids>>;
  };
  readonly 'client-events': Feature & {
    readonly relayed: Readonly<Record<'arrives' | 'unchanged' | 'others' | 'user', Ids>>;
    readonly rows: Readonly<Record<string, Row<ClientEventTry>>>;
    readonly rate: {
      readonly perSecond: number;
      readonly code: number;
      readonly answered: Ids;
      readonly open: Ids;
    };
  };
  readonly encrypted: SignedFeature & { readonly prefix: string; readonly unchanged: Ids };
  readonly cache: Feature & {
    /** For how long a server may remember an event. */
    readonly minutes: number;
    readonly channels: Readonly<Record<string, CachedKind>>;
  };
  readonly 'sign-in': SignedFeature & { readonly refusal: { readonly answered: Ids }; readonly another: Ids };
  readonly queries: Feature & Readonly<Record<'users' | 'count', Ids>>;
}

interface Feature {
  /** What the target file names it by. */
  readonly capability: string;
}

/** A feature that opens to a signature. */
export interface SignedFeature extends Feature {
  /** The text that is signed: `{socket}`, `{channel}` and `{data}` are filled in. */
  readonly signs: string;
  readonly rows: Readonly<Record<string, Row<ClaimTry>>>;
}

/** How a signature is tried: a template for `auth`, null to leave it out, and one for the data that goes with it. */
export interface ClaimTry {
  readonly auth: string | null;
  readonly data?: string;
}

/** An event that a client sends, where, and whether it is on that channel. */
export interface ClientEventTry {
  readonly event: string;
  readonly channel: 'private' | 'public';
  readonly from?: 'outsider';
}

/** Channels with a prefix: what a newcomer gets there. */
export type CachedKind = {
  readonly says: string;
  readonly prefix: string;
  readonly offers?: readonly string[];
} & ({ readonly cached: Ids; readonly replayed: Ids; readonly missed: Ids } | { readonly plain: Ids });
