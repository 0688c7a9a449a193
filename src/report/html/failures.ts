import type { Recordings } from '../../conform/run-event.ts';
import { count } from '../plain-text.ts';
import { caseDetails, type OnPage } from './case-details.ts';
import { anchor, html, type Markup } from './markup.ts';
import { type Shown, sceneWire } from './scene-wire.ts';
import { rankOf, sceneOf, type ToldCase } from './told-case.ts';

/** Cases that are open when the page is. */
const openAtFirst = 12;

/** Cases that are shown with one scene. */
interface Group {
  readonly target: string;
  readonly scene: string | null;
  readonly cases: ToldCase[];
}

/** Scenes that have something to show, the worst first: each stands once, below all cases that rest on it. */
export function troubled(told: readonly ToldCase[]): readonly Group[] {
  const groups = new Map<string, Group>();
  const worst = told.filter(({ isTrouble }) => isTrouble).sort((a, b) => rankOf(a.row) - rankOf(b.row));
  for (const each of worst) {
    const [target, scene] = [each.one.target, sceneOf(each.one)];
    const key = JSON.stringify([target, scene]);
    const group = groups.get(key) ?? { target, scene, cases: [] };
    group.cases.push(each);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The scenes of these groups, and which frames of them stand on the page. */
export class Wires {
  readonly #shown = new Map<string, Shown>();

  constructor(groups: readonly Group[], recordings: Recordings, budget: OnPage['budget']) {
    const hits = new Map<string, number[]>();
    for (const { one } of groups.flatMap(({ cases }) => cases)) {
      for (const { frame, scene = one.scene } of one.findings) {
        if (frame === undefined || scene === null) continue;
        const key = JSON.stringify([one.target, scene]);
        hits.set(key, [...(hits.get(key) ?? []), frame]);
      }
    }
    for (const { target, scene } of groups) {
      const recording = scene === null ? undefined : recordings.of(target, scene);
      const key = JSON.stringify([target, scene]);
      if (recording) this.#shown.set(key, sceneWire(recording, hits.get(key) ?? [], budget));
    }
  }

  get size(): number {
    return this.#shown.size;
  }

  of(target: string, scene: string | null): Shown | undefined {
    return this.#shown.get(JSON.stringify([target, scene]));
  }
}

/** What went wrong, first things first. */
export function failures(groups: readonly Group[], wires: Wires, page: OnPage): Markup {
  if (groups.length === 0) return html`<p>Nothing failed, and nothing broke.</p>`;
  let told = 0;
  return html`${groups.map(
    ({
      target,
      scene,
      cases,
    }) => html`<section class="group" id="${anchor('scene', target, scene ?? 'none')}">
<h3>${scene === null ? html`${target}, judged over all scenes` : html`<code>${scene}</code> of ${target}`} <small>${count(cases.length, 'case')}</small></h3>
${cases.map((each) => caseDetails(each, page, told++ < openAtFirst))}
${wires.of(target, scene)?.markup}
</section>`,
  )}`;
}
