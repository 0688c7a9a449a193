import { bearer } from '../../conform/applies.ts';
import type { Contract } from '../../contract/contract.ts';
import type { Json } from '../../contract/json.ts';
import type { Monitor } from '../../suite/monitor.ts';
import type { Job, PeerRecord } from '../../suite/recording.ts';
import { StreamingWatch } from '../../suite/streaming-watch.ts';
import type { Suite } from '../../suite/surface.ts';
import { secretsOf, type Target } from '../../target/target.ts';
import { redactor } from '../../wire/redact.ts';
import { type RowKind, rowKinds } from '../control/messages.ts';
import type { BrokenRequirement } from '../evidence/stage-record.ts';
import { channelOfSeat, type LoadPlan } from '../plan/load-plan.ts';

/** What the monitors of a stage are told beside what its probes see. */
export interface Monitored {
  readonly contract: Contract;
  readonly suite: Suite;
  readonly target: Target;
  readonly plan: LoadPlan;
  /** What a connection to a channel is for, as a scene would write it down. */
  readonly about: (channel: number) => PeerRecord['about'];
  /** Jobs that were made for the stage. */
  readonly jobs: readonly Job[];
}

/** A monitor that does not run under load, and why. */
export interface NotRun {
  readonly monitor: string;
  readonly reason: string;
}

/**
 * The surface's monitors over what probes see. The payloads are the harness's own, so that the server is judged as a
 * relay: for how it puts them into frames, and for what it says of its own accord.
 */
export class FrameMonitors {
  readonly #monitored: Monitored;
  readonly #watch: StreamingWatch;
  readonly #notRun: NotRun[] = [];

  constructor(monitored: Monitored) {
    this.#monitored = monitored;
    const { suite, target, plan, jobs } = monitored;
    const role = target.surface === 'pusher' ? 'relay' : 'application';
    const running = suite.monitors.filter((one) => {
      const reason = whyNotRun(one, role);
      if (reason !== undefined) this.#notRun.push({ monitor: one.id, reason });
      return reason === undefined;
    });
    this.#watch = new StreamingWatch(running, {
      name: plan.stage.name,
      target: target.name,
      dialect: plan.dialect,
      role,
      jobOf: suite.surface.jobOf,
      jobs: Object.fromEntries(jobs.map((job) => [job.name, job])),
    });
  }

  /** Frames that were judged, and those of connections that could not be followed any more. */
  get judged(): number {
    return this.#watch.judged;
  }

  get skipped(): number {
    return this.#watch.skipped;
  }

  /** Monitors that said nothing, and why. */
  get notRun(): readonly NotRun[] {
    const broken = [...this.#watch.broken].map(([monitor, why]) => ({ monitor, reason: `it broke: ${why}` }));
    return [...this.#notRun, ...broken];
  }

  /** Takes what a probe handed on. `message`: what a text frame parses to. */
  take(seat: number, at: number, text: string, kind: RowKind, message: Json | undefined): void {
    const peer = `probe ${seat}`;
    switch (kind) {
      case rowKinds.opened: {
        const { plan, about } = this.#monitored;
        this.#watch.open({ name: peer, about: about(channelOfSeat(plan, seat)) });
        this.#watch.take({ kind: 'opened', peer, headers: {} }, at);
        return;
      }
      case rowKinds.sent:
        this.#watch.take({ kind: 'sent', peer, text, binary: false }, at);
        return;
      case rowKinds.lost:
        this.#watch.lose(peer);
        return;
      case rowKinds.closed:
        this.#watch.close(peer);
        return;
      case rowKinds.binary: {
        const bytes = Buffer.from(text);
        const binary = { binary: true, bytes: bytes.length, text: bytes.toString('base64') };
        this.#watch.take({ kind: 'frame', peer, ...binary }, at);
        return;
      }
      case rowKinds.delivery:
      case rowKinds.other: {
        const parsed = message === undefined ? {} : { message };
        this.#watch.take({ kind: 'frame', peer, text, binary: false, bytes: text.length, ...parsed }, at);
      }
    }
  }

  /** What is broken, by the requirement that speaks for this target; what does not bind it is left out. */
  finish(): readonly BrokenRequirement[] {
    const { contract, suite, target, plan } = this.#monitored;
    const { requirements } = contract[target.surface];
    const byId = new Map(requirements.map((row) => [row.id, row]));
    const declared = new Map(suite.monitors.map(({ id, checks }) => [id, checks]));
    const broken = new Map<string, BrokenRequirement>();
    const redact = redactor(secretsOf(target));
    for (const { monitor, requirement: id, count, findings } of this.#watch.finish()) {
      const row = byId.get(id);
      const [finding] = findings;
      if (!row || !finding || !declared.get(monitor)?.includes(id)) continue;
      const own = bearer(row, byId, target, plan.dialect, suite.surface);
      if (!own || (own.level !== 'MUST' && own.level !== 'SHOULD')) continue;
      if (target.excludes.some(({ requirement }) => own.group.includes(requirement))) continue;
      const { rule, peer } = finding;
      const [expected, actual] = [redact(finding.expected), redact(finding.actual)];
      const known = broken.get(own.id);
      broken.set(own.id, {
        ...(known ?? { requirement: own.id, level: own.level, monitor, rule, expected, actual, where: peer }),
        count: (known?.count ?? 0) + count,
      });
    }
    return [...broken.values()];
  }
}

function whyNotRun(
  { notStreamed, applies, checks }: Monitor,
  role: 'application' | 'relay',
): string | undefined {
  if (notStreamed !== undefined) return notStreamed;
  if (checks.length === 0) return 'it judges nothing in this dialect';
  if (applies?.role !== undefined && applies.role !== role)
    return `it is asked of an ${applies.role}: what is published under load is the harness's own`;
  return undefined;
}
