import type { SurfaceName } from '../contract/requirement.ts';

/** A token, with the scopes it carries where they are not the ones its name promises. */
export type Token = string | { readonly value: string; readonly scopes: readonly string[] };

/** A space of an emit target, and what opens it. `foreign` spaces belong to somebody else. */
export interface Space {
  readonly id: string;
  readonly tenant: 'own' | 'foreign';
  readonly tokens: Readonly<Partial<Record<SpaceToken, Token>>>;
}

/** producer: jobs:create alone · worker: jobs:worker · read: jobs:read · progress, public: jobs:read:progress */
export type SpaceToken = 'producer' | 'worker' | 'read' | 'progress' | 'public' | 'revoked';

/** A client of a pusher target: its channel is `private-client.{id}`. */
export interface Client {
  readonly id: string;
  readonly tenant: 'own' | 'foreign';
  /** Bearer tokens: `api` is good, `revoked` was. */
  readonly tokens: { readonly api?: string; readonly revoked?: string };
}

export interface Tls {
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly serverName?: string;
}

/** A program that performs verbs: one JSON line in, one out. */
export interface CommandDriver {
  readonly run: string;
  readonly verbs: readonly string[];
}

/** HTTP calls of a jobs-rest driver; `{request}` is filled in. */
export interface JobsRest {
  readonly submit: { readonly path: string; readonly body: Readonly<Record<string, unknown>> };
  readonly submitFailing?: { readonly path: string; readonly body: Readonly<Record<string, unknown>> };
  /** A job that is no image, so that it never has a preview. */
  readonly submitOther?: { readonly path: string; readonly body: Readonly<Record<string, unknown>> };
  readonly status: { readonly path: string };
  readonly webhooks?: boolean;
}

interface TargetBase {
  readonly name: string;
  readonly surface: SurfaceName;
  /** A dialect's name, or `auto`. */
  readonly dialect: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Tls;
  readonly capabilities: readonly string[];
  readonly control?: string;
  readonly deadlines: { readonly connectMs: number; readonly answerMs: number };
  /** Milliseconds that the first contact may take longer than any other (a cold start). */
  readonly warmupMs: number;
  readonly dedicated: boolean;
  readonly limits: {
    readonly jobs?: number;
    readonly connections?: number;
    readonly requestsPerSecond?: number;
  };
  readonly excludes: readonly { readonly requirement: string; readonly reason: string }[];
  /** Open point → the reading that this target is meant to follow. */
  readonly pins: Readonly<Record<string, string>>;
  readonly observe?: { readonly pid?: number; readonly command?: string };
  /** Values of environment variables that stand in the entry where nothing else says they are secret. */
  readonly secrets: readonly string[];
  /** Where the entry stands: `file:line`. */
  readonly at: string;
  /** Set where no server is judged but a client, for which the server is played. `command` is a shell command line. */
  readonly client?: { readonly command: string };
}

export interface EmitTarget extends TargetBase {
  readonly surface: 'emit';
  /** Origins: `ws://host:port`, `http://host:port`, with the prefix, without `/api/v1`. */
  readonly urls: { readonly ws: string; readonly http?: string };
  readonly spaces: readonly Space[];
  readonly unscopedToken?: string;
  readonly drivers: readonly ('emit-rest' | 'command' | 'none')[];
  readonly command?: CommandDriver;
  /** A job to watch where the target has no driver at all. */
  readonly job?: string;
}

export interface PusherTarget extends TargetBase {
  readonly surface: 'pusher';
  readonly role: 'application' | 'relay';
  /** `ws` is the origin and prefix before `/app/{key}`. */
  readonly urls: {
    readonly ws?: string;
    readonly auth?: string;
    readonly trigger?: string;
    readonly api?: string;
  };
  readonly app: { readonly id?: string; readonly key: string; readonly secret?: string };
  readonly clients: readonly Client[];
  /** Each verb is performed by the first of them that can. */
  readonly drivers: readonly ('pusher-http' | 'jobs-rest' | 'command' | 'none')[];
  readonly jobs?: JobsRest;
  readonly command?: CommandDriver;
}

export interface BeamTarget extends TargetBase {
  readonly surface: 'beam';
  readonly urls: { readonly ws: string };
  readonly tokens: { readonly valid?: string; readonly revoked?: string };
  /** The key of the published handler, which proves that it was our handler that answered. */
  readonly handler?: { readonly key: string };
  /** Inputs are made by the first of them that can. */
  readonly drivers: readonly ('beam-handler' | 'command' | 'none')[];
  readonly command?: CommandDriver;
}

/** Where a server under test is, how it is reached, driven and known. */
export type Target = EmitTarget | PusherTarget | BeamTarget;

/** Every secret of a target, for the redactor: tokens, secrets, header values. The app key is public. */
export function secretsOf(target: Target): string[] {
  const secrets: (string | undefined)[] = [...Object.values(target.headers), ...target.secrets];
  switch (target.surface) {
    case 'emit':
      for (const space of target.spaces) {
        for (const token of Object.values(space.tokens))
          secrets.push(typeof token === 'string' ? token : token?.value);
      }
      secrets.push(target.unscopedToken);
      break;
    case 'pusher':
      secrets.push(target.app.secret);
      for (const client of target.clients) secrets.push(client.tokens.api, client.tokens.revoked);
      break;
    case 'beam':
      secrets.push(target.tokens.valid, target.tokens.revoked, target.handler?.key);
      break;
  }
  return secrets.filter((secret): secret is string => secret !== undefined && secret.length >= 4);
}
