/**
 * Which way imports may run: specs → contract → wire → suite → surfaces → suites, then the command line
 * that ties them together. A folder in this table may import itself and what stands beside it, nothing else
 * of ours. Type imports count as well.
 */
const MAY_IMPORT = {
  'src/contract': [],
  'src/wire': ['src/contract'],
  'src/target': ['src/contract', 'src/wire'],
  'src/suite': ['src/contract', 'src/wire', 'src/target'],
  'src/surfaces': ['src/contract', 'src/wire', 'src/target', 'src/suite'],
  suites: ['src/contract', 'src/wire', 'src/target', 'src/suite', 'src/surfaces'],
  // These get the suites handed over as data, and know no surface.
  'src/conform': ['src/contract', 'src/wire', 'src/target', 'src/suite'],
  'src/report': ['src/contract', 'src/wire', 'src/target', 'src/suite', 'src/conform'],
  'src/prove': ['src/contract', 'src/wire', 'src/target', 'src/suite', 'src/conform'],
  'src/matrix': ['src/contract', 'src/suite'],
  // The server under judgement shares no code with the judge: a bug in both would be invisible.
  'src/reference': ['src/contract'],
  // Peers that misbehave share no code with who has to bear them.
  'src/hostile': ['src/contract'],
  // Other people's clients are tried on the reference server; the judge has no part in it.
  'src/clients': ['src/contract', 'src/target', 'src/reference'],
  // Any part of the library but the reference and the suites, which the command line hands over.
  'src/load': [
    'src/contract',
    'src/wire',
    'src/target',
    'src/suite',
    'src/surfaces',
    'src/conform',
    'src/report',
  ],
  // What k6 runs is bundled with these alone, none of which needs anything of Node's.
  'load/k6': ['src/load/bulk', 'src/load/wire', 'src/load/control', 'src/load/plan'],
};

/** Only types may cross here: a reporter reads events, and knows neither sockets nor how they came about. */
const TYPES_ONLY = { 'src/report': ['src/wire', 'src/conform'] };

const OURS = '^(src|suites|load|scripts|bin)/';
const TEST = '[.]test[.]ts$';
const inFolders = (folders) => `^(${folders.join('|')})/`;

const directions = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `imports-of-${folder.replaceAll('/', '-')}`,
  comment: `${folder} may import ${allowed.length > 0 ? allowed.join(', ') : 'nothing of ours'}.`,
  severity: 'error',
  from: { path: inFolders([folder]), pathNot: TEST },
  to: { path: OURS, pathNot: inFolders([folder, ...allowed]) },
}));

const typesOnly = Object.entries(TYPES_ONLY).map(([folder, targets]) => ({
  name: `types-only-from-${folder.replace('/', '-')}`,
  comment: `${folder} may take types from ${targets.join(', ')}, and no code.`,
  severity: 'error',
  from: { path: inFolders([folder]), pathNot: TEST },
  to: { path: inFolders(targets), dependencyTypesNot: ['type-only'] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    ...typesOnly,
    {
      name: 'k6-has-no-node',
      comment: 'These run in k6 as well, which has neither Node modules nor packages.',
      severity: 'error',
      from: {
        path: '^(load/k6|src/load/(bulk|wire|plan)|src/load/control/(codec|messages)[.]ts)',
        pathNot: TEST,
      },
      to: { dependencyTypes: ['core', 'npm'], path: '', pathNot: 'k6' },
    },
    {
      name: 'nothing-imports-the-cli',
      comment: 'The command line is the top; what others need of it belongs further down.',
      severity: 'error',
      from: { pathNot: ['^src/cli/', TEST] },
      to: { path: '^src/cli/' },
    },
    {
      name: 'the-runner-opens-no-socket',
      comment:
        'Connections are made by the verbs of a surface; the runner takes clock and redaction from wire.',
      severity: 'error',
      from: { path: '^src/conform/', pathNot: TEST },
      to: { path: '^src/wire/(peer|http|command)[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-imports-a-test',
      severity: 'error',
      from: {},
      to: { path: TEST },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: TEST },
      to: { circular: true },
    },
    {
      name: 'parser-only-in-the-compiler',
      comment: 'The AsyncAPI parser is large and only src/contract/compile.ts is bundled with it.',
      severity: 'error',
      from: { pathNot: ['^src/contract/', TEST] },
      to: { path: 'node_modules/@asyncapi/parser/' },
    },
    {
      name: 'shipped-code-needs-shipped-packages',
      comment: 'A dev dependency is not there for whoever installs the package.',
      severity: 'error',
      from: { path: '^(src|suites)/', pathNot: [TEST, '^src/contract/'] },
      // A peer is there for whoever uses what needs it; the next rule says what that is.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'vitest-only-for-vitest',
      comment: 'Whoever has no vitest must be able to use everything but plumbline/vitest.',
      severity: 'error',
      from: { path: '^(src|suites)/', pathNot: ['^src/cli/vitest([.]ts$|/)', TEST] },
      to: { path: ['node_modules/vitest/', '^src/cli/vitest[.]ts$'] },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    exclude: { path: '^(dist|[.]cache|reports|scripts/tarball/tries)/' },
    doNotFollow: { path: 'node_modules' },
    // Type imports draw the architecture as much as code does, so they are read before TypeScript drops them.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
