/**
 * Mutants that judge exactly as the code itself does, so that no test can notice them. `code` is the whole line, without
 * its indent: once the line changes, the row is refused, and has to be thought about again.
 *
 * @typedef {{ file: string, code: string, from: string, to: string, why: string }} Equivalent
 * @type {readonly Equivalent[]}
 */
export const equivalents = [
  {
    file: 'src/suite/absence.ts',
    code: 'const fence = view.of(absence.watcher).find((event) => event.seq > witness.seq && absence.fence(event));',
    from: 'find',
    to: 'findLast',
    why: 'only whether there is a fence is asked, not which',
  },
  {
    file: 'src/suite/canary.ts',
    code: 'const percent = decoded === text ? -1 : decoded.indexOf(canary);',
    from: '1',
    to: '2',
    why: 'any number below 0 means that it was not found',
  },
  {
    file: 'src/suite/judgement.ts',
    code: 'return outcomes.indexOf(a) <= outcomes.indexOf(b) ? a : b;',
    from: '<=',
    to: '<',
    why: 'at the same place there is the same outcome',
  },
  {
    file: 'src/suite/monitor.ts',
    code: 'if (!known) {',
    from: '!known',
    to: 'true',
    why: 'in keysOf, the keys are made again, and are the same ones: only slower',
  },
  {
    file: 'src/suite/monitor.ts',
    code: 'if (made?.length === recording.events.length) return made;',
    from: 'made?.length === recording.events.length',
    to: 'false',
    why: 'the keys are made again, and are the same ones: only slower',
  },
  {
    file: 'src/suite/twin.ts',
    code: "const closed = view.of(attempt).find((event) => event.kind === 'closed');",
    from: 'find',
    to: 'findLast',
    why: 'a connection is closed once',
  },
  {
    file: 'src/conform/leases.ts',
    code: 'if (!waiter) break;',
    from: '!waiter',
    to: 'false',
    why: 'the loop stays within the list; the line is there for the compiler',
  },
  {
    file: 'src/conform/judge.ts',
    code: "if (result.outcome === 'passed') readings.push(...result.readings);",
    from: "result.outcome === 'passed'",
    to: 'true',
    why: 'only what passed has readings',
  },
  {
    file: 'src/conform/judge.ts',
    code: '.map((check) => judgeCheck(check, plan, evidence, { interrupted: false }));',
    from: 'false',
    to: 'true',
    why: 'nobody asks it about a scene that did not end',
  },
  {
    file: 'src/conform/judge.ts',
    code: "if (how.kind !== 'case') throw new Error('open points are judged at the end');",
    from: "how.kind !== 'case'",
    to: 'false',
    why: 'open points are not handed to it; the line is there for the compiler',
  },
  {
    file: 'src/conform/judge.ts',
    code: "if (how.kind !== 'open-point') throw new Error('not an open point');",
    from: "how.kind !== 'open-point'",
    to: 'false',
    why: 'only open points are handed to it; the line is there for the compiler',
  },
  {
    file: 'src/conform/judge.ts',
    code: 'if (!proven) {',
    from: '!proven',
    to: 'true',
    why: 'proofs are found again, and are the same ones: only slower',
  },
  {
    file: 'src/conform/judge.ts',
    code: 'if (known) return known;',
    from: 'known',
    to: 'false',
    why: 'the monitor runs again, and says the same: only slower',
  },
  {
    file: 'src/conform/judge.ts',
    code: 'const one = this.#plan.suite.monitors.find((monitor) => monitor.id === id);',
    from: 'find',
    to: 'findLast',
    why: 'monitors have ids of their own',
  },
  {
    file: 'src/surfaces/beam/monitors/heartbeat.ts',
    code: "const point = rules.openPoints.find(({ id }) => id === 'A18.heartbeat')?.id;",
    from: 'find',
    to: 'findLast',
    why: 'open points have ids of their own',
  },
  {
    file: 'src/surfaces/beam/monitors/once.ts',
    code: "if (event.kind !== 'frame') return;",
    from: "event.kind !== 'frame'",
    to: 'false',
    why: 'a monitor per connection and job is handed frames alone; the line is there for the compiler',
  },
  {
    file: 'src/surfaces/beam/monitors/address.ts',
    code: 'const job = Object.values(recording.jobs).find((one) => one.id === id);',
    from: 'find',
    to: 'findLast',
    why: 'jobs have ids of their own',
  },
  {
    file: 'src/surfaces/beam/monitors/order.ts',
    code: 'if (index < state.highest) {',
    from: '<',
    to: '<=',
    why: 'an index that has come before is not looked at again',
  },
  {
    file: 'src/surfaces/beam/monitors/order.ts',
    code: "if (event.kind !== 'frame') return; // For the compiler: what is kept by job is a frame.",
    from: "event.kind !== 'frame'",
    to: 'false',
    why: 'a monitor per connection and job is handed frames alone; the line is there for the compiler',
  },
];
