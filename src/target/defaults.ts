import { chosenDrivers } from './drivers.ts';
import type { Entry, LooseBeam, LooseEmit, LoosePusher, LooseTarget } from './entry.ts';
import type { BeamTarget, EmitTarget, PusherTarget, Target, Tls } from './target.ts';

/** Deadlines of a target that says nothing else, in milliseconds. */
const usualDeadlines = { connectMs: 3000, answerMs: 5000 };

/** An entry with everything filled in that it left out. */
export function complete(entry: Entry, tls: Tls): Target {
  const { value } = entry;
  switch (value.surface) {
    case 'emit':
      return completeEmit(value, common(value, entry, tls));
    case 'pusher':
      return completePusher(value, common(value, entry, tls));
    case 'beam':
      return completeBeam(value, common(value, entry, tls));
  }
}

type Common = ReturnType<typeof common>;

function common(value: LooseTarget, entry: Entry, tls: Tls) {
  return {
    name: value.name,
    dialect: value.dialect ?? (value.surface === 'emit' ? 'emit@1' : 'auto'),
    headers: value.headers ?? {},
    tls,
    capabilities: value.capabilities ?? [],
    deadlines: { ...usualDeadlines, ...value.deadlines },
    warmupMs: value.warmupMs ?? 0,
    dedicated: value.dedicated ?? false,
    limits: value.limits ?? {},
    excludes: value.excludes ?? [],
    // `null` and 401 are readings too, and YAML takes them for more than text.
    pins: Object.fromEntries(Object.entries(value.pins ?? {}).map(([id, reading]) => [id, String(reading)])),
    secrets: [],
    at: entry.at(),
    ...(value.control === undefined ? {} : { control: value.control }),
    ...(value.observe === undefined ? {} : { observe: value.observe }),
    ...(value.command === undefined ? {} : { command: value.command }),
  };
}

function completeEmit(value: LooseEmit, shared: Common): EmitTarget {
  return {
    ...shared,
    surface: 'emit',
    urls: {
      ws: withoutSlash(value.urls.ws),
      ...(value.urls.http === undefined ? {} : { http: withoutSlash(value.urls.http) }),
    },
    spaces: value.spaces.map(({ id, tenant = 'own', tokens = {} }) => ({ id, tenant, tokens })),
    drivers: chosenDrivers(value),
    ...(value.unscopedToken === undefined ? {} : { unscopedToken: value.unscopedToken }),
    ...(value.job === undefined ? {} : { job: value.job }),
  };
}

function completePusher(value: LoosePusher, shared: Common): PusherTarget {
  const { ws, auth, trigger, api } = value.urls;
  const { jobs } = value;
  return {
    ...shared,
    surface: 'pusher',
    role: value.role,
    urls: {
      ...(ws === undefined ? {} : { ws: withoutSlash(ws) }),
      ...(auth === undefined ? {} : { auth }),
      ...(trigger === undefined ? {} : { trigger: withoutSlash(trigger) }),
      ...(api === undefined ? {} : { api: withoutSlash(api) }),
    },
    app: value.app,
    clients: (value.clients ?? []).map(({ id, tenant = 'own', tokens = {} }) => ({ id, tenant, tokens })),
    drivers: chosenDrivers(value),
    ...(jobs === undefined
      ? {}
      : {
          jobs: {
            submit: withBody(jobs.submit),
            ...(jobs.submitFailing === undefined ? {} : { submitFailing: withBody(jobs.submitFailing) }),
            ...(jobs.submitOther === undefined ? {} : { submitOther: withBody(jobs.submitOther) }),
            status: jobs.status,
            webhooks: jobs.webhooks ?? false,
          },
        }),
  };
}

function completeBeam(value: LooseBeam, shared: Common): BeamTarget {
  return {
    ...shared,
    surface: 'beam',
    urls: value.urls,
    tokens: value.tokens ?? {},
    drivers: chosenDrivers(value),
    ...(value.handler === undefined ? {} : { handler: value.handler }),
  };
}

function withBody<C extends { readonly path: string; readonly body?: Readonly<Record<string, unknown>> }>(
  call: C,
) {
  return { path: call.path, body: call.body ?? {} };
}

/** Paths are put behind it. */
function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
