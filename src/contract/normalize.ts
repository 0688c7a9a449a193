import type { Flow, FlowStep } from './flow.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { YamlFile } from './read-yaml.ts';
import type { Applies, Requirement, SurfaceName } from './requirement.ts';
import type { OpenPoint } from './rules.ts';

/** Rows of requirements.yaml, with their place, their defaults and their groups filled in. */
export function readRequirements(surface: SurfaceName, file: YamlFile): Requirement[] {
  const { documents, requirements } = file.value as unknown as RequirementsFile;
  const groups = groupsOf(requirements);
  return requirements.map((row, at) => ({
    id: row.id,
    surface,
    level: row.level,
    basis: row.basis,
    side: row.side,
    text: row.text,
    source: {
      document: row.source.document,
      title: documents[row.source.document]?.title ?? row.source.document,
      section: row.source.section,
      at: `${file.file}:${file.lineOf(['requirements', at])}`,
    },
    applies: {
      ...(documents[row.source.document]?.dialects
        ? { dialects: documents[row.source.document]?.dialects }
        : {}),
      ...row.applies,
    } as Applies,
    includes: row.includes ?? [],
    group: groups.get(row.id) ?? [row.id],
    ...(row.openPoint === undefined ? {} : { openPoint: row.openPoint }),
    ...(row.notTested === undefined ? {} : { notTested: row.notTested }),
  }));
}

interface RequirementsFile {
  readonly documents: Readonly<
    Record<string, { readonly title: string; readonly dialects: readonly string[] }>
  >;
  readonly requirements: readonly (Omit<
    Requirement,
    'surface' | 'source' | 'group' | 'applies' | 'includes'
  > & {
    readonly source: { readonly document: string; readonly section: string };
    readonly applies?: Applies;
    readonly includes?: readonly string[];
    readonly sameAs?: readonly string[];
  })[];
}

/** `sameAs` joins rows to groups, both ways and through one another. */
function groupsOf(rows: RequirementsFile['requirements']): Map<string, readonly string[]> {
  const group = new Map(rows.map((row) => [row.id, new Set([row.id])]));
  for (const row of rows) {
    for (const other of row.sameAs ?? []) {
      const joined = new Set([...(group.get(row.id) ?? []), ...(group.get(other) ?? [other])]);
      for (const member of joined) group.set(member, joined);
    }
  }
  return new Map([...group].map(([id, members]) => [id, [...members].sort()]));
}

/** A rules file as the code reads it: every optional table there, credentials with their defaults. */
export function readRules(surface: SurfaceName, file: YamlFile): JsonObject {
  const raw = file.value as JsonObject;
  const rules: Record<string, Json> = { ...raw, surface };
  if (surface === 'emit') {
    rules.credentials = mapValues(raw.credentials, (credential) => ({
      tenant: 'own',
      offers: [],
      ...credential,
    }));
    rules.streams = mapValues(raw.streams, (door) => ({ admits: {}, refuses: {}, undecided: {}, ...door }));
    rules.events = mapValues(raw.events, (event) => ({ terminal: false, nothingAfter: [], ...event }));
    rules.rest = mapValues(raw.rest, (call) => ({ refuses: {}, ...call }));
  }
  rules.openPoints = readOpenPoints(surface, file) as unknown as Json;
  return rules;
}

export function readOpenPoints(surface: SurfaceName, file: YamlFile): OpenPoint[] {
  const raw = file.value as JsonObject;
  return ((raw.openPoints ?? []) as unknown as OpenPoint[]).map((point) => ({
    ...point,
    surface,
    readings: point.readings.map(String),
    pinned: point.pinned ?? {},
    mixed: point.mixed ?? false,
    offers: point.offers ?? [],
  }));
}

/** Title and version of an AsyncAPI document. Where they are missing, its parser says so. */
export function readInfo(file: YamlFile): { readonly title: string; readonly version: string } {
  const { info } = file.value as unknown as {
    readonly info?: { readonly title?: string; readonly version?: string };
  };
  return { title: info?.title ?? '', version: info?.version ?? '' };
}

export function readFlow(surface: SurfaceName, file: YamlFile): Flow {
  const raw = file.value as unknown as Flow & { steps: FlowStep[] };
  return {
    id: raw.id,
    surface,
    title: raw.title,
    actor: raw.actor,
    ...(raw.dialects ? { dialects: raw.dialects } : {}),
    job: raw.job ?? {},
    plant: raw.plant ?? [],
    steps: raw.steps,
    variants: raw.variants,
    needs: raw.needs ?? [],
    at: `${file.file}:1`,
  };
}

function mapValues(table: Json | undefined, change: (value: JsonObject) => JsonObject): JsonObject {
  if (!isObject(table)) return {};
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [key, change(isObject(value) ? value : {})]),
  );
}
