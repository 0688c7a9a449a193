const scenes = 'suites/scenes.test.ts';

/** The code that judges, and the tests that must notice when it judges otherwise, the quickest first. */
export const judgingCode = [
  ...['absence', 'began', 'canary', 'judgement', 'monitor', 'pointer', 'twin', 'view'].map((name) => ({
    file: `src/suite/${name}.ts`,
    tests: [`src/suite/${name}.test.ts`],
  })),
  ...['excerpt', 'leases', 'pattern', 'pool'].map((name) => ({
    file: `src/conform/${name}.ts`,
    tests: [`src/conform/${name}.test.ts`],
  })),
  {
    file: 'src/conform/verdict.ts',
    tests: ['src/conform/verdict.test.ts', 'src/conform/verdict-table.test.ts'],
  },
  {
    file: 'src/conform/judge.ts',
    tests: [
      'src/conform/judge.test.ts',
      'src/conform/judge-monitor.test.ts',
      'src/conform/judge-optional.test.ts',
      'src/conform/open-point.test.ts',
    ],
  },
  ...[
    'completeness',
    'connected',
    'deliveries',
    'identity',
    'leaks',
    'lets-in',
    'order',
    'readings',
    'schema',
    'seen',
    'time',
    'withheld',
  ].map((name) => ({
    file: `src/surfaces/emit/monitors/${name}.ts`,
    tests: [
      `src/surfaces/emit/monitors/${name}.test.ts`,
      'suites/emit/samples.test.ts',
      'suites/emit/walks.test.ts',
      scenes,
    ],
  })),
  ...['address', 'form', 'heartbeat', 'once', 'order', 'seen'].map((name) => ({
    file: `src/surfaces/beam/monitors/${name}.ts`,
    tests: [
      `src/surfaces/beam/monitors/${name}.test.ts`,
      'suites/beam/samples.test.ts',
      'suites/beam/walks.test.ts',
      scenes,
    ],
  })),
  ...['channels', 'delivery', 'frames', 'opening', 'order', 'owners', 'readings', 'seen', 'values'].map(
    (name) => ({
      file: `src/surfaces/pusher/monitors/${name}.ts`,
      tests: [
        `src/surfaces/pusher/monitors/${name}.test.ts`,
        'suites/pusher/samples.test.ts',
        'suites/pusher/walks.test.ts',
        scenes,
      ],
    }),
  ),
];
