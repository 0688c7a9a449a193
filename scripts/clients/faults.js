/**
 * What a client does in each situation; a fault changes one of these.
 * @typedef {object} Habits
 * @property {string} query of its address
 * @property {readonly string[]} channels that it subscribes to
 * @property {string} event that it listens for
 * @property {boolean} answersPings
 * @property {(announcedMs: number) => number | undefined} idleMs after how much silence it pings
 * @property {boolean} waitsForGreeting before it subscribes
 * @property {(attempt: number) => number | undefined} dropDelay after a drop; undefined: it stays away
 * @property {(code: number, times: number) => number | undefined} closeDelay after a close with a code, for the n-th time
 * @property {boolean} forgetsAttempts once it is greeted
 * @property {boolean} keepsSignature for the next connection
 * @property {boolean} subscribesUnsigned where nothing was signed
 * @property {number | undefined} asksAgainMs after a refused authorization
 * @property {number | undefined} subscribesAgainMs after a refused subscription
 * @property {boolean} unsubscribes when it leaves
 * @property {boolean} joinsAgain what it has just left
 * @property {'frame' | 'drop' | 'never'} closes how it disconnects
 * @property {boolean} comesBack after it has disconnected
 */

const { env } = process;
const own = env.PLUMBLINE_CHANNEL ?? '';

/** @type {Habits['closeDelay']} */
const rightDelay = (code, times) =>
  code < 4100 ? undefined : code < 4200 ? 1000 : code < 4300 ? Math.min(100 * (times - 1), 1000) : undefined;

/**
 * What each fault breaks, by any member of its group, and how. `dialect`: in which it is tried, if not in dryapi.
 * @type {Readonly<Record<string, { breaks: readonly string[], habits: Partial<Habits>, dialect?: string, slow?: true }>>}
 */
export const faults = {
  'says-nothing-of-itself': { breaks: ['PC2'], habits: { query: '?protocol=7' } },
  'subscribes-early': { breaks: ['M23'], habits: { waitsForGreeting: false } },
  'foreign-channel': { breaks: ['M31'], habits: { channels: [own, 'private-client.1'] } },
  'channel-without-prefix': { breaks: ['M31', 'D14'], habits: { channels: [own.replace('private-', '')] } },
  'listens-with-dot': { breaks: ['M32'], habits: { event: `.${env.PLUMBLINE_EVENT}` } },
  'no-pong': { breaks: ['PK3'], habits: { answersPings: false } },
  'never-pings': { breaks: ['D50', 'PC8'], habits: { idleMs: () => undefined } },
  'pings-by-its-own-clock': { breaks: ['D50', 'PC8'], habits: { idleMs: () => 29_000 } },
  'pings-every-minute': {
    breaks: ['M27'],
    habits: { idleMs: (announced) => (announced < 20_000 ? announced : 60_000) },
    dialect: 'modelbeam',
    slow: true,
  },
  'constant-delay': {
    breaks: ['M25', 'M25bi'],
    habits: { dropDelay: () => 700 },
    dialect: 'modelbeam',
  },
  'stays-away-after-drop': {
    breaks: ['M25', 'M25bi'],
    habits: { dropDelay: () => undefined },
    dialect: 'modelbeam',
  },
  'forgets-when-greeted': { breaks: ['M25bi'], habits: { forgetsAttempts: true } },
  'old-signature': { breaks: ['M25i'], habits: { keepsSignature: true } },
  'comes-back-after-4000s': {
    breaks: ['PX16'],
    habits: { closeDelay: (code, times) => (code < 4100 ? 800 : rightDelay(code, times)) },
  },
  'hammers-after-4100s': {
    breaks: ['PX17'],
    habits: { closeDelay: (code, times) => (code >= 4100 && code < 4200 ? 10 : rightDelay(code, times)) },
  },
  'waits-after-4200s': {
    breaks: ['PX18'],
    habits: { closeDelay: (code, times) => (code >= 4200 ? 1500 : rightDelay(code, times)) },
  },
  'storms-after-4200s': {
    breaks: ['PX21i'],
    habits: { closeDelay: (code, times) => (code >= 4200 ? 0 : rightDelay(code, times)) },
  },
  'subscribes-unsigned': { breaks: ['D8'], habits: { subscribesUnsigned: true } },
  'asks-again': { breaks: ['PA10i'], habits: { asksAgainMs: 100 } },
  'subscribes-again': { breaks: ['PS16i'], habits: { subscribesAgainMs: 100 } },
  'leaves-in-silence': { breaks: ['D34'], habits: { unsubscribes: false } },
  'joins-again': { breaks: ['D34'], habits: { joinsAgain: true } },
  'stays-connected': { breaks: ['D35'], habits: { closes: 'never' } },
  'breaks-off': { breaks: ['D35'], habits: { closes: 'drop' } },
  'comes-back-after-leaving': { breaks: ['D35'], habits: { comesBack: true } },
};
