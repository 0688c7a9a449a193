import { kindOf, type PusherRules, type Ruling } from '../../../contract/pusher-rules.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import { apps } from '../apps.ts';
import type { SubscriptionClaim } from '../authorization.ts';
import type { PusherPolicies } from '../policies.ts';
import { isPlainPrivate } from '../protocol.ts';
import { channelAuth } from '../signing.ts';
import { requestKinds, signatureKind } from './kinds.ts';

const fault = defineFault<PusherPolicies>;

/** One fault for each cell that refuses, which lets that one in. */
export function faultsOfRules(rules: PusherRules): readonly Fault[] {
  return [
    ...doors(rules),
    ...refusedRows(rules.channelAuth.rows).map(([name, breaks]) => admitsSignature(name, breaks)),
    ...refusedRows(rules.authEndpoint.rows).map(([name, breaks]) => signsRequest(name, breaks)),
    ...harms(rules),
  ];
}

type Breaks = readonly [string, ...string[]];

/** What breaks where a refusing row is let in: the refusal, and its close code if it has one. */
function refusedRows(rows: Readonly<Record<string, Ruling>>): readonly (readonly [string, Breaks])[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    if (!('refused' in row)) return [];
    const [first, ...rest] = [...new Set([...row.refused, ...Object.keys(row.close ?? {})])];
    return first === undefined ? [] : [[name, [first, ...rest]] as const];
  });
}

function doors({ protocol }: PusherRules): readonly Fault[] {
  const refused = Object.fromEntries(refusedRows(protocol.connections));
  return Object.entries(protocol.connections).flatMap(([name, row]) => {
    const breaks = refused[name];
    if (!breaks || row.scheme !== undefined || kindOf(row) !== 'refused') return [];
    const codes = 'close' in row ? Object.entries(row.close ?? {}) : [];
    const [first] = apps;
    if (!first) return [];
    const isRow = matcherOf(row.path, row.query);
    return [
      fault(`pusher/serves-${name}`, {
        breaks,
        says: `a connection is served with ${row.says}`,
        bend: ({ admit }) => ({
          admit(request) {
            const admission = admit(request);
            return 'app' in admission || !isRow(request.path, request.query)
              ? admission
              : { app: appNear(request.path) ?? first };
          },
        }),
      }),
      ...codes.map(([requirement]) =>
        fault(`pusher/closes-${name}-with-4100`, {
          breaks: [requirement],
          says: `a connection with ${row.says} is told to come again`,
          bend: ({ admit }) => ({
            admit(request) {
              const admission = admit(request);
              return 'app' in admission || !isRow(request.path, request.query)
                ? admission
                : { code: 4100, reason: 'Over capacity' };
            },
          }),
        }),
      ),
    ];
  });
}

function appNear(path: string): (typeof apps)[number] | undefined {
  const key = path.split('/')[2] ?? '';
  return apps.find((app) => key !== '' && app.key.startsWith(key));
}

/** Whether a request is of a row: the shape of its path, and how its query differs from that of others. */
function matcherOf(path: string, query: Readonly<Record<string, string>>) {
  return (asked: string, given: URLSearchParams): boolean => {
    const [, , key = '', ...rest] = asked.split('/');
    const known = apps.some((app) => app.key === key);
    const cut = apps.some((app) => app.key.slice(0, -1) === key);
    if (path.includes('{made-up}')) return !known && !cut;
    if (path.includes('{truncated-key}')) return cut;
    if (path.endsWith('/nowhere')) return known && rest.length > 0;
    return (
      (given.get('protocol') ?? undefined) === query.protocol &&
      (given.get('version') ?? undefined) === query.version
    );
  };
}

function admitsSignature(name: string, breaks: Breaks): Fault {
  return fault(`pusher/admits-${name}`, {
    breaks,
    says: `a private channel opens to a subscription that is "${name}"`,
    bend({ authorizeChannel, nextSocketId }) {
      const sockets: string[] = [];
      const isRow = (claim: SubscriptionClaim): boolean => {
        const kind = signatureKind(claim);
        if (kind !== 'other-signature') return kind === name;
        const { app, channel, auth } = claim;
        const ofOther = sockets.some((socket) => channelAuth(app, socket, channel) === auth);
        return name === (ofOther ? 'other-socket' : 'wrong-secret');
      };
      return {
        nextSocketId() {
          sockets.push(nextSocketId());
          if (sockets.length > 1000) sockets.shift();
          return sockets.at(-1) ?? '';
        },
        authorizeChannel: (claim) =>
          authorizeChannel(claim) === true ||
          (isPlainPrivate(claim.channel) && isRow(claim)) || { reason: 'Invalid' },
      };
    },
  });
}

function signsRequest(name: string, breaks: Breaks): Fault {
  return fault(`pusher/signs-${name}`, {
    breaks,
    says: `the auth endpoint signs a request that is "${name}"`,
    bend: ({ authorizeRequest }) => ({
      authorizeRequest(request) {
        const decision = authorizeRequest(request);
        const [app] = apps;
        if (!('status' in decision) || !app || !requestKinds(request).includes(name)) return decision;
        const text = (value: unknown): string => (typeof value === 'string' ? value : '');
        return {
          app: request.bearer?.app ?? app,
          socketId: text(request.socketId),
          channel: text(request.channel),
        };
      },
    }),
  });
}

function harms({ robustness }: PusherRules): readonly Fault[] {
  return Object.entries(robustness).map(
    ([
      name,
      {
        says,
        text,
        binary,
        hex,
        harmless: [id = 'PC11i'],
      },
    ]) => {
      const pattern = text === undefined ? undefined : templatePattern(text);
      return fault(`pusher/dies-of-${name}`, {
        breaks: [id],
        says: `the connection does not survive ${says}`,
        bend: ({ react }) => ({
          react(incoming) {
            const isBinary = binary !== undefined || hex !== undefined;
            const hit = isBinary
              ? incoming.kind === 'binary' && (binary === undefined) === (incoming.text !== binary)
              : incoming.kind !== 'binary' && pattern?.test(incoming.text) === true;
            return hit ? [{ do: 'drop' }] : react(incoming);
          },
        }),
      });
    },
  );
}

/** What stands for a name in braces is no other message: it has no quotes, and the length that it says. */
function templatePattern(template: string): RegExp {
  const braces = /\{[a-z]+(?:-([a-z0-9]+))*\}/g;
  const lengths = [...template.matchAll(braces)].map(([name]) => Number(/-(\d+)\}$/.exec(name)?.[1] ?? 0));
  const parts = template
    .replace(braces, '\0')
    .split('\0')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const pattern = parts.reduce((sum, part, at) => `${sum}[^"]{${lengths[at - 1] ?? 0},}${part}`);
  return new RegExp(`^${pattern}$`, 's');
}
