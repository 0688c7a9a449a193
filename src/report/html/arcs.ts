/** Where a step of an automaton is drawn. */
export interface Arc {
  /** Position among the steps. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
  /** `down`: straight to the state below. What leads on is at the right, what leads back at the left. */
  readonly side: 'right' | 'left' | 'down';
  /** How far out, so that no arc lies on another. */
  readonly lane: number;
  /** Where it leaves and meets the states, from 0 at their top to 1. */
  readonly ports: readonly [number, number];
}

/** Finds a place for every step whose states there are: short ones near, and none on top of another. */
export function arcsOf(
  states: readonly string[],
  steps: readonly { readonly from: string; readonly to: string }[],
): Arc[] {
  const placed = steps
    .map(({ from, to }, step) => ({ step, from: states.indexOf(from), to: states.indexOf(to) }))
    .filter(({ from, to }) => from >= 0 && to >= 0);
  const straight = new Set<number>();
  const sided = placed.map((one) => {
    const isNext = one.to === one.from + 1 && !straight.has(one.from);
    if (isNext) straight.add(one.from);
    return { ...one, side: isNext ? 'down' : one.to < one.from ? 'left' : 'right' } as const;
  });
  const lanes: Record<'right' | 'left', (readonly [number, number])[][]> = { right: [], left: [] };
  const laneOf = (side: 'right' | 'left', from: number, to: number): number => {
    // A step to the state itself takes some room above and below its middle.
    const [low, high] = from === to ? [from - 0.3, from + 0.3] : [Math.min(from, to), Math.max(from, to)];
    const free = lanes[side].findIndex((lane) => lane.every(([a, b]) => high < a || b < low));
    const at = free < 0 ? lanes[side].length : free;
    lanes[side][at] = [...(lanes[side][at] ?? []), [low, high]];
    return at;
  };
  const shortFirst = [...sided].sort((a, b) => Math.abs(a.to - a.from) - Math.abs(b.to - b.from));
  const arcs = shortFirst.map((one) => ({
    ...one,
    lane: one.side === 'down' ? 0 : laneOf(one.side, one.from, one.to),
  }));
  const portOf = portsOf(arcs);
  return arcs
    .map((arc) => ({ ...arc, ports: [portOf(arc.step, 'out'), portOf(arc.step, 'in')] as const }))
    .sort((a, b) => a.step - b.step);
}

/** Where an arc meets a state. */
interface End {
  readonly step: number;
  readonly end: 'out' | 'in';
  readonly state: number;
  /** The state at its other end; a loop goes out a little above its middle, and comes in below. */
  readonly other: number;
  readonly side: Arc['side'];
  readonly lane: number;
  readonly isLoop: boolean;
}

/** Spreads what meets one side of a state over its height: what comes from above or goes there first. */
function portsOf(arcs: readonly Omit<Arc, 'ports'>[]): (step: number, end: 'out' | 'in') => number {
  const ends = arcs
    .filter(({ side }) => side !== 'down')
    .flatMap(({ step, from, to, side, lane }): End[] => [
      {
        step,
        end: 'out',
        state: from,
        other: from === to ? from - 0.1 : to,
        side,
        lane,
        isLoop: from === to,
      },
      { step, end: 'in', state: to, other: from === to ? from + 0.1 : from, side, lane, isLoop: from === to },
    ]);
  const ports = new Map<string, number>();
  for (const { state, side } of ends) {
    const here = ends
      .filter((one) => one.state === state && one.side === side)
      .sort((a, b) => a.other - b.other || (isOuterFirst(a) ? b.lane - a.lane : a.lane - b.lane));
    for (const [at, { step, end }] of here.entries())
      ports.set(`${step} ${end}`, (at + 1) / (here.length + 1));
  }
  return (step, end) => ports.get(`${step} ${end}`) ?? 0.5;
}

/** Whether, of two arcs that go the same way from a state, the one further out meets it further up; else they cross. */
function isOuterFirst({ end, state, other, isLoop }: End): boolean {
  return isLoop ? end === 'out' : other > state;
}
