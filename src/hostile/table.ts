import { fileURLToPath } from 'node:url';
import { InputError } from '../contract/contract.ts';
import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import { readYaml } from '../contract/read-yaml.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import type { HostilePeer } from './hostile-peer.ts';

/** What is right for one peer on one surface. */
export interface Row {
  readonly peer: HostilePeer;
  readonly surface: SurfaceName;
  /** Exit codes that its target may end with; more than one where it depends on who comes first. */
  readonly exits: readonly number[];
  /** MUST requirements that must have failed. */
  readonly blames: readonly string[];
  /** MUST requirements that may have failed besides. */
  readonly may: readonly string[];
  /** What is asked of it: patterns of `--only`. */
  readonly asked: readonly string[];
  /** It gets a process of its own. */
  readonly alone: boolean;
}

const file = fileURLToPath(new URL('./hostile.yaml', import.meta.url));

/**
 * What is right for each peer on each of its surfaces.
 * @throws InputError where a peer has no row, or a row no peer.
 */
export async function hostileRows(peers: readonly HostilePeer[]): Promise<Row[]> {
  const { value } = await readYaml(file, 'hostile.yaml');
  const { rows, sets, asked } = value as { rows: JsonObject; sets: JsonObject; asked: JsonObject };
  const used = new Set<string>();
  const found = peers.flatMap((peer) => {
    const pattern = Object.keys(rows).find((name) => matches(name, peer.name));
    if (pattern === undefined) throw new InputError(`hostile.yaml: no row for the peer ${peer.name}`);
    used.add(pattern);
    const whole = rows[pattern] as JsonObject;
    const surfaces = peer.surfaces.filter((one) => whole.alone === undefined || whole.alone === one);
    return surfaces.map((surface): Row => {
      const row = surfaceNames.some((name) => name in whole) ? (whole[surface] as JsonObject) : whole;
      const ids = (list: Json | undefined): string[] =>
        texts(list).flatMap((word) => (word in sets ? texts((sets[word] as JsonObject)[surface]) : [word]));
      return {
        peer,
        surface,
        exits: [row.exit].flat() as number[],
        blames: ids(row.blames),
        may: ids(row.may),
        asked: texts(row.asked ?? asked[surface]).filter((one) => one.startsWith(`${surface}/`)),
        alone: row.alone === surface,
      };
    });
  });
  const idle = Object.keys(rows).find((name) => !used.has(name));
  if (idle !== undefined) throw new InputError(`hostile.yaml: no peer is called ${idle}`);
  return found;
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

function texts(value: Json | undefined): string[] {
  if (isObject(value)) throw new InputError('hostile.yaml: a list of texts was expected');
  return value === undefined ? [] : ([value].flat() as string[]);
}
