import type { EmitRules } from '../../src/contract/rules.ts';
import { sightingOf } from '../../src/suite/canary.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { all, failed, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import { isSent } from '../../src/surfaces/emit/withheld.ts';
import type { Frame } from '../../src/wire/event.ts';
import { isOpen } from './viewer-comparisons.ts';

/** What the viewers of a scene are called, by their credential. */
const nameOf: Readonly<Record<string, string>> = { read: 'full', progress: 'low' };

/** Whoever gets in otherwise sees what the holder of a certain credential sees, and nothing that is kept from that. */
export function alikeCases(everyType: Scene<EmitVerbs>, jobs: readonly string[], rules: EmitRules): Case[] {
  const rows = Object.entries(rules.streams.job.admits).flatMap(([credential, { alike }]) =>
    alike ? [{ credential, ...alike }] : [],
  );
  return judgeEach(everyType, rows, ({ credential, as, requirements }) => ({
    id: `emit/scope/${credential}-as-${as}`,
    title: `${rules.credentials[credential]?.says ?? credential} shows what ${rules.credentials[as]?.says ?? as} does`,
    checks: each(requirements, (view) =>
      all(
        jobs.flatMap((job) => [
          nothingBeyond(view, `${credential} ${job}`, rules),
          sameView(view, `${credential} ${job}`, `${nameOf[as] ?? as} ${job}`),
        ]),
      ),
    ),
  }));
}

function nothingBeyond(view: View, peer: string, rules: EmitRules): Judgement {
  if (!isOpen(view, peer)) return untestable(`${peer} did not open`);
  for (const frame of view.frames(peer)) {
    const type = typeOf(frame) ?? 'no type';
    if (!isSent(rules, type, 'stripped')) {
      const expected = 'what a progress viewer is sent, and no more';
      return failed({ rule: `beyond ${type}`, expected, actual: type, frame: frame.seq });
    }
    for (const [name, canary] of Object.entries(view.recording.canaries)) {
      if (!sightingOf(canary, frame.text, frame.message)) continue;
      const actual = `a planted secret (canary "${name}")`;
      return failed({ rule: `leak ${name}`, expected: 'progress and no more', actual, frame: frame.seq });
    }
  }
  return passed([peer]);
}

/** Both connected before anything happened; the init alone is dated by when it was asked for. */
function sameView(view: View, peer: string, other: string): Judgement {
  const shut = [peer, other].find((one) => !isOpen(view, one));
  if (shut !== undefined) return untestable(`${shut} did not open`);
  const seen = (one: string): string[] => view.frames(one).map(shown);
  const [ours, theirs] = [seen(peer), seen(other)];
  const at = theirs.findIndex((text, index) => text !== ours[index]);
  if (at < 0 && ours.length === theirs.length) return passed([peer, other]);
  const where = at < 0 ? theirs.length : at;
  const frame = view.frames(peer)[where];
  return failed({
    rule: 'another-view',
    expected: `as ${other}: ${theirs[where] ?? 'nothing more'}`,
    actual: ours[where] ?? 'nothing more',
    shape: 'another event',
    ...(frame ? { frame: frame.seq } : {}),
  });
}

function shown(frame: Frame): string {
  const { timestamp, ...rest } = messageOf(frame) ?? {};
  return JSON.stringify(rest.type === 'init' ? rest : { ...rest, timestamp });
}
