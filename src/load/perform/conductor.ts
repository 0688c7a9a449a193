import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { now, wallOffset } from '../clock.ts';
import type { Fact, Order, PublishRow, Role } from '../control/messages.ts';
import { type ControlAddress, type ControlServer, type Member, startControl } from '../control/server.ts';
import type { BulkDriver, BulkProcess } from '../drivers/driver.ts';
import { k6SlackMs } from '../evidence/clock-slack.ts';
import type { StageRecord } from '../evidence/stage-record.ts';
import { bulkOf, type LoadPlan } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';
import { type Child, startChild } from './children.ts';
import { MemberClocks } from './member-clocks.ts';
import { type FrameListener, StageRecorder } from './recorder.ts';
import { ServerWatch } from './server-watch.ts';
import { SystemWatch } from './system.ts';

/** What a stage is performed with. */
export interface StageContext {
  readonly plan: LoadPlan;
  /** How it is published; undefined where subscribers ask for themselves, or nothing is to be published at all. */
  readonly via?: PublishVia;
  readonly driver: BulkDriver;
  /** Members of the generator. */
  readonly members: number;
  /** Processes to watch beside ours, by name: `server`. */
  readonly observed: Readonly<Record<string, number>>;
  /** A command that prints what the server takes, where its process cannot be seen. */
  readonly observe?: string;
  /** Folder for what processes print. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** How long what is owed after the last publish is waited for at least, milliseconds; absent: ten seconds. */
  readonly drainMs?: number;
  /** Where to listen for processes of other machines; absent: on loopback. */
  readonly control?: ControlAddress;
  readonly onFrame?: FrameListener;
  readonly onPublishes?: (rows: readonly PublishRow[]) => void;
  /** Called each second; `pids` are the processes of the measurement, by name. */
  readonly onProgress?: (recorder: StageRecorder, pids: Readonly<Record<string, number>>) => void;
}

/** How long processes may take to say hello: k6 has a script to compile. */
const helloMs = 30_000;
/** How far ahead the first publish is, so that everybody has heard of it. */
const leadMs = 300;

/**
 * Starts the processes of a stage, keeps their order and writes down what they tell. It acts; what it all
 * means is for the judge.
 */
export class Conductor {
  readonly recorder: StageRecorder;
  readonly #context: StageContext;
  readonly #control: ControlServer;
  readonly #members = new Map<Member, number>();
  readonly #children: Child[] = [];
  readonly #watch: SystemWatch;
  readonly #server: ServerWatch | undefined;
  /** Of members that may be on other machines. */
  readonly #clocks = new MemberClocks();
  #bulk: BulkProcess | undefined;
  #answers = new Map<string, (fact: Fact) => void>();
  #published = 0;
  #onPublished: () => void = () => {};
  #onMember: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #orders = 0;
  #stopping = false;

  private constructor(context: StageContext, control: ControlServer, recorder: StageRecorder) {
    this.#context = context;
    // Each process that is waited for listens.
    setMaxListeners(0, context.signal);
    this.#control = control;
    this.recorder = recorder;
    this.#server = context.observe === undefined ? undefined : new ServerWatch(context.observe, now);
    this.#watch = new SystemWatch(
      () => this.#pids(),
      () => recorder.record.seats.filter(({ opened, closed }) => opened > 0 && !(closed > 0)).length,
      () => this.#server?.use ?? {},
    );
  }

  /** Starts all processes, and gives each the plan. @throws where one does not come. */
  static async start(context: StageContext): Promise<Conductor> {
    const recorder = new StageRecorder(context.plan, context.driver.name, context.onFrame);
    if (context.onPublishes) recorder.onPublishes = context.onPublishes;
    let conductor: Conductor | undefined;
    const control = await startControl(
      {
        joined: (member) => conductor?.join(member),
        told: (member, fact) => conductor?.told(member, fact),
        sent: (member, frame) => conductor?.sent(member, frame),
        left: (member) => conductor?.left(member),
      },
      context.control,
    );
    conductor = new Conductor(context, control, recorder);
    try {
      await conductor.#startAll();
    } catch (cause) {
      // What has been started must not outlive the attempt.
      await conductor.stop();
      throw cause;
    }
    return conductor;
  }

  get record(): StageRecord {
    return this.recorder.record;
  }

  /** Members of the generator that are there. */
  get bulkMembers(): number {
    return this.#of('bulk').length;
  }

  mark(what: string): void {
    this.record.marks.push({ at: now(), what });
  }

  /** Has the publisher publish, every so many milliseconds, what subscribers are ready with; 0: no more. */
  greet(everyMs: number): void {
    for (const member of this.#of('publisher')) member.order({ say: 'greet', everyMs });
  }

  /** Everything that can open connections: `group` says who. Resolves to how many are ready and how many are not. */
  async joinAll(
    parts: readonly { readonly role: Role; readonly count: number; readonly rate: number }[],
  ): Promise<{ readonly ready: number; readonly failed: number }> {
    const { deadlines } = this.#context.plan;
    const answers = parts.flatMap(({ role, count, rate }) => {
      const members = this.#of(role);
      return members.map((member, index) => {
        const share = shareOf(count, members.length, index);
        if (share === 0) return Promise.resolve(undefined);
        const ms = (count / Math.max(1, rate)) * 1000 + deadlines.connectMs + 2 * deadlines.answerMs + 15_000;
        return this.#ask(member, { say: 'join', id: 0, count: share, rate: rate / members.length }, ms);
      });
    });
    return summed(await Promise.all(answers));
  }

  /** Tells whoever publishes to begin. Resolves when all of it has been sent, or `ms` are over. */
  async publish(ms: number): Promise<boolean> {
    const { plan } = this.#context;
    const isOwn = plan.surface === 'beam';
    const members = isOwn
      ? [...this.#of('probes'), ...this.#of('sentinel'), ...this.#of('bulk')]
      : this.#of('publisher');
    const startAt = now() + leadMs;
    this.record.startAt = startAt;
    this.mark('publish');
    const wanted = members.length;
    const all = new Promise<void>((resolve) => {
      this.#onPublished = () => {
        if (this.#published >= wanted) resolve();
      };
    });
    for (const member of members) member.order({ say: 'publish', startAt });
    // The generator makes latencies of when each publish was due.
    if (!isOwn) for (const member of this.#of('bulk')) member.order({ say: 'publish', startAt });
    const isDone = await this.#within(all, leadMs + ms);
    this.record.publishedAt = now();
    return isDone;
  }

  /** Orders something of the generator that is answered by `joined`. */
  async orderBulk(make: (share: (count: number) => number) => Order, ms: number): Promise<void> {
    const members = this.#of('bulk');
    await Promise.all(
      members.map((member, index) =>
        this.#ask(
          member,
          make((count) => shareOf(count, members.length, index)),
          ms,
        ),
      ),
    );
  }

  /** Orders something that nobody answers. */
  tellBulk(make: (share: (count: number) => number) => Order): void {
    const members = this.#of('bulk');
    for (const [index, member] of members.entries())
      member.order(make((count) => shareOf(count, members.length, index)));
  }

  /** Has everybody tell all there is. */
  async flush(): Promise<void> {
    await Promise.all(
      [...this.#members.keys()].map((member) => this.#ask(member, { say: 'flush', id: 0 }, 5000)),
    );
  }

  /** Ends all processes, whatever state they are in. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer) clearInterval(this.#timer);
    this.record.clocks.push(...this.#clocks.told((member) => this.#members.get(member), wallOffset()));
    for (const { process, aheadMs } of this.record.clocks) {
      const by = Math.round(Math.abs(aheadMs));
      if (by > k6SlackMs)
        this.mark(
          `the clock of generator ${process} is ${by} ms ${aheadMs > 0 ? 'ahead' : 'behind'}, which is allowed for`,
        );
    }
    for (const member of this.#members.keys()) if (member.isThere()) member.order({ say: 'stop' });
    const endings = await Promise.all([
      ...this.#children.map((child) => child.stop()),
      ...(this.#bulk ? [this.#bulk.stop()] : []),
    ]);
    this.record.endings.push(...endings.filter(({ name }) => !this.#wasTold(name)));
    await this.#control.close();
    this.#server?.stop();
    if (this.#server?.trouble !== undefined) this.mark(`observe.command: ${this.#server.trouble}`);
    this.record.system.push(...this.#watch.samples);
  }

  join(member: Member): void {
    const { plan, members: of, via } = this.#context;
    const index = this.#of(member.role).length;
    this.#members.set(member, index);
    const { role } = member;
    if (this.#context.control && role === 'bulk') this.#clocks.add(member);
    member.order({
      say: 'plan',
      plan,
      index,
      of: role === 'bulk' ? of : 1,
      offset: wallOffset(),
      ...(role === 'publisher' && via !== undefined ? { via } : {}),
    });
    this.#onMember();
  }

  told(member: Member, fact: Fact): void {
    const index = this.#members.get(member) ?? 0;
    if (fact.say === 'joined' || fact.say === 'flushed') {
      this.#answers.get(answerKey(member, index, fact.say, fact.id))?.(fact);
      return;
    }
    if (fact.say === 'clock') {
      this.#clocks.take(member, fact.at, fact.wall);
      return;
    }
    if (fact.say === 'published') {
      this.#published += 1;
      this.#onPublished();
      return;
    }
    this.recorder.told(member.role, index, fact);
  }

  sent(member: Member, frame: DataView): void {
    this.recorder.sent(member.role, this.#members.get(member) ?? 0, frame);
  }

  left(member: Member): void {
    if (this.#stopping) return;
    const index = this.#members.get(member) ?? 0;
    this.record.broken.push(`${member.role} ${index} was lost`);
    this.#members.delete(member);
    // Nobody waits for who is gone.
    for (const [key, answer] of this.#answers) {
      if (key.startsWith(`${member.role} ${index} `)) answer({ say: 'joined', id: 0, ready: 0, failed: 0 });
    }
    if (member.role === 'publisher') {
      this.#published += 1;
      this.#onPublished();
    }
  }

  async #startAll(): Promise<void> {
    const { plan, via, driver, members, folder } = this.#context;
    const wanted: [Role, number][] = [];
    if (plan.probes > 0) wanted.push(['probes', 1]);
    if (plan.sentinels > 0) wanted.push(['sentinel', 1]);
    if (via !== undefined) wanted.push(['publisher', 1]);
    for (const [role] of wanted) this.#children.push(startChild(role, this.#control));
    if (bulkOf(plan) > 0) {
      this.#bulk = await driver.start({
        control: this.#control,
        members,
        surface: plan.surface,
        log: join(folder, logName(driver.name, plan.stage.name)),
      });
      wanted.push(['bulk', this.#bulk.members]);
    }
    for (const child of [...this.#children, ...(this.#bulk ? [this.#bulk] : [])]) {
      void child.ended.then((ending) => {
        if (!this.#stopping && ending.trouble !== undefined) {
          this.record.endings.push(ending);
          this.#onMember();
        }
      });
    }
    const isComplete = (): boolean => wanted.every(([role, count]) => this.#of(role).length >= count);
    const all = new Promise<void>((resolve) => {
      this.#onMember = () => {
        if (isComplete() || this.record.endings.length > 0) resolve();
      };
      this.#onMember();
    });
    await this.#within(all, Math.max(helloMs, driver.patienceMs ?? 0));
    if (!isComplete()) {
      const missing = wanted
        .filter(([role, count]) => this.#of(role).length < count)
        .map(([role, count]) => `${role} (${this.#of(role).length} of ${count})`);
      const why = this.record.endings.map(({ name, trouble }) => `${name}: ${trouble}`).join('; ');
      this.record.broken.push(
        `not all processes came up: ${missing.join(', ')}${why === '' ? '' : `; ${why}`}`,
      );
    }
    await this.#clocks.agree((what, ms) => this.#within(what, ms));
    this.#tellOffsets(wallOffset());
    this.#timer = setInterval(() => this.#tick(), 1000);
  }

  #tellOffsets(offset: number): void {
    for (const member of this.#members.keys()) {
      member.order({ say: 'offset', offset: this.#clocks.offsetOf(member, offset) });
    }
  }

  #tick(): void {
    const offset = wallOffset();
    this.record.offsets.push({ at: now(), offset });
    this.#tellOffsets(offset);
    this.#clocks.ask();
    this.#watch.sample();
    this.#context.onProgress?.(this.recorder, this.#pids());
  }

  #of(role: Role): Member[] {
    return [...this.#members.keys()].filter((member) => member.role === role);
  }

  #pids(): Record<string, number> {
    return {
      ...this.#context.observed,
      ...Object.fromEntries(this.#children.map(({ name, pid }) => [name, pid])),
      ...(this.#bulk && this.#bulk.pid > 0 ? { generator: this.#bulk.pid } : {}),
      coordinator: process.pid,
    };
  }

  /** Asks one process, and waits for its answer; undefined: there was none in time. */
  async #ask(member: Member, order: Order, ms: number): Promise<Fact | undefined> {
    const id = ++this.#orders;
    const index = this.#members.get(member) ?? 0;
    const key = answerKey(member, index, order.say === 'flush' ? 'flushed' : 'joined', id);
    const answer = new Promise<Fact>((resolve) => this.#answers.set(key, resolve));
    member.order({ ...order, id } as Order);
    const isThere = await this.#within(answer, ms);
    this.#answers.delete(key);
    return isThere ? answer : undefined;
  }

  /** True where it happened in time, and nobody called it off. */
  async #within(what: Promise<unknown>, ms: number): Promise<boolean> {
    const { signal } = this.#context;
    let timer: NodeJS.Timeout | undefined;
    let onAbort = (): void => {};
    const over = new Promise<'over'>((resolve) => {
      onAbort = () => resolve('over');
      timer = setTimeout(onAbort, ms);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
    const first = await Promise.race([what, over]);
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    return first !== 'over';
  }

  #wasTold(name: string): boolean {
    return this.record.endings.some((ending) => ending.name === name);
  }
}

/** A stage may be called whatever its profile calls it: `20/s`. */
function logName(driver: string, stage: string): string {
  return `${driver}-${stage.replace(/[^\p{L}\p{N} ._-]+/gu, '-')}.log`;
}

function answerKey(member: Member, index: number, say: 'joined' | 'flushed', id: number): string {
  return `${member.role} ${index} ${say} ${id}`;
}

/** One member's part of a number. */
function shareOf(count: number, members: number, index: number): number {
  return Math.floor(count / members) + (index < count % members ? 1 : 0);
}

function summed(answers: readonly (Fact | undefined)[]): { readonly ready: number; readonly failed: number } {
  let ready = 0;
  let failed = 0;
  for (const answer of answers) {
    if (answer?.say !== 'joined') continue;
    ready += answer.ready;
    failed += answer.failed;
  }
  return { ready, failed };
}
