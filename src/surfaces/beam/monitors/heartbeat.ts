import type { BeamRules } from '../../../contract/beam-rules.ts';
import { show } from '../../../suite/judgement.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Frame } from '../../../wire/event.ts';
import { dialectOf } from '../dialect.ts';
import { isHeartbeat, shown } from '../message.ts';
import { provenPeers } from '../proof.ts';

/** Where heartbeats are asked for, the first frame of every connection is one; elsewhere they are taken down. */
export function heartbeat(rules: BeamRules, dialect: string): Monitor {
  const { heartbeat: rule } = dialectOf(rules, dialect);
  const checks = rule.first ? (rule.requirements?.first ?? []) : [];
  const point = rules.openPoints.find(({ id }) => id === 'A18.heartbeat')?.id;
  return monitor({
    id: 'beam/always/heartbeat-first',
    title: 'the first frame after the upgrade is a heartbeat',
    surface: 'beam',
    per: 'connection',
    checks,
    start: () => ({ first: undefined as Frame | undefined, beat: undefined as Frame | undefined }),
    step(state, event, report, { recording }) {
      // What is said to a client that must be turned away is for the door's own checks.
      const credential = recording.peers[event.peer]?.about.credential ?? '';
      if (event.kind !== 'frame' || rules.door.refuses[credential]) return;
      const beats = isHeartbeat(rule, event);
      if (beats) state.beat ??= event;
      if (state.first) return;
      state.first = event;
      for (const id of checks) {
        report.saw(id, event);
        if (beats) continue;
        const seen = shown(event);
        report.find(id, { rule: 'not-first', expected: `a heartbeat: ${show(rule.match)}`, ...seen }, event);
      }
    },
    end(state, last, report, { recording }) {
      // Whoever sends such frames and is not our handler answers no open point.
      if (!point || !state.beat || !provenPeers(recording).has(last.peer)) return;
      report.reads(point, 'ping', state.beat);
    },
  });
}
