import { isObject } from './json.ts';
import { refuse, type YamlFile } from './read-yaml.ts';
import type { Level } from './requirement.ts';
import type { SurfaceFiles } from './surface-files.ts';

type Path = readonly (string | number)[];

const looksLikeId = /^(?:E|BH?|M|D|P[A-Z])\d+(?:[b-z]?i)?$/;

/** Keys whose strings are content and no references. */
const contentOf = {
  rules: ['settled', 'says', 'about', 'sources', 'text', 'binary', 'frame', 'json'],
  flows: ['title', 'with', 'expect', 'job'],
  schemas: ['const', 'enum', 'examples'],
} as const;

interface Row {
  readonly id: string;
  readonly level: Level;
  readonly source: { readonly document: string };
  readonly includes?: readonly string[];
  readonly sameAs?: readonly string[];
  readonly openPoint?: string;
}

/**
 * Whatever is named by its id must be there: requirements and open points that rules, flows, schemas and
 * other requirements name.
 * @throws InputError with the file and line that names it.
 */
export function proveIds({ surface, requirements, rules, flows, schemas }: SurfaceFiles): void {
  const { requirements: rows, documents } = requirements.value as unknown as {
    readonly requirements: readonly Row[];
    readonly documents: Readonly<Record<string, unknown>>;
  };
  const { openPoints, settled = {} } = rules.value as unknown as {
    readonly openPoints: readonly { readonly id: string }[];
    readonly settled?: Readonly<Record<string, string>>;
  };
  const levels = new Map(rows.map(({ id, level }) => [id, level]));
  const points = new Set(openPoints.map((point) => point.id));
  const pointsOrParts = [...points, ...Object.keys(settled)].flatMap((id) => [id, id.split('.')[0]]);

  const known = (file: YamlFile, path: Path, id: string): void => {
    if (!levels.has(id)) refuse(file, path, `${id} is no requirement of specs/${surface}/requirements.yaml`);
  };
  const walk = (file: YamlFile, content: readonly string[], node = file.value, path: Path = []): void => {
    if (typeof node === 'string') {
      if (looksLikeId.test(node)) known(file, path, node);
      if (path.at(-1) === 'openPoint' && !points.has(node)) {
        refuse(file, path, `${node} is no open point of specs/${surface}/rules.yaml`);
      }
    } else if (Array.isArray(node)) {
      for (const [at, item] of node.entries()) walk(file, content, item, [...path, at]);
    } else if (isObject(node)) {
      for (const [key, value] of Object.entries(node)) {
        if (looksLikeId.test(key)) known(file, [...path, key], key);
        if (!content.includes(key)) walk(file, content, value, [...path, key]);
      }
    }
  };
  for (const [at, row] of rows.entries()) {
    const path = ['requirements', at];
    if (rows.findIndex((other) => other.id === row.id) < at) {
      refuse(requirements, [...path, 'id'], `${row.id} is there a second time`);
    }
    if (!Object.hasOwn(documents, row.source.document)) {
      refuse(requirements, [...path, 'source', 'document'], `no document "${row.source.document}" above`);
    }
    for (const key of ['includes', 'sameAs'] as const) {
      for (const id of row[key] ?? []) known(requirements, [...path, key], id);
    }
    for (const other of row.sameAs ?? []) {
      const level = levels.get(other);
      if (level === row.level) continue;
      refuse(
        requirements,
        [...path, 'sameAs'],
        `${row.id} is ${row.level} and ${other} is ${level}: not the same`,
      );
    }
    if (row.openPoint !== undefined && !pointsOrParts.includes(row.openPoint)) {
      refuse(
        requirements,
        [...path, 'openPoint'],
        `${row.openPoint} is neither open nor settled in rules.yaml`,
      );
    }
  }
  walk(rules, contentOf.rules);
  for (const file of flows) walk(file, contentOf.flows);
  for (const file of Object.values(schemas)) walk(file, contentOf.schemas);
}
