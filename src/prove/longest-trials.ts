/**
 * Faults whose trials are waited for longest, longest first: half a minute or more, one deadline after the other, for
 * what the fault withholds.
 */
export const longestTrials: readonly string[] = [
  'pusher/never-greets',
  'pusher/right-signature-refused',
  'pusher/updates-shared-out',
  'pusher/clients-stay-shut',
  'pusher/published-lost',
  'pusher/last-subscriber-misses',
  'pusher/second-subscriber-misses',
  'pusher/presence-data-not-signed',
  'pusher/sign-in-refused-silently',
  'pusher/pong-missing',
];

/** Puts those first that are waited for longest, and leaves the others in their order. */
export function longestFirst<Fault extends { readonly id: string }>(faults: readonly Fault[]): Fault[] {
  const rank = ({ id }: Fault): number => {
    const at = longestTrials.indexOf(id);
    return at === -1 ? longestTrials.length : at;
  };
  return [...faults].sort((a, b) => rank(a) - rank(b));
}
