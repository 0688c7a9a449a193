import { whole } from './whole-run.ts';

const colors = { conformant: 'brightgreen', 'non-conformant': 'red', incomplete: 'lightgrey' } as const;

/** What shields.io reads from an endpoint (https://shields.io/badges/endpoint-badge). */
export const badge = whole(({ verdict }) => {
  const { must } = verdict.totals;
  const asked = must.passed + must.failed;
  const words = [
    verdict.knownOnly ? 'known failures only' : verdict.verdict,
    ...(verdict.scope === 'partial' ? ['partial'] : []),
    `${must.passed}/${asked} MUST`,
  ];
  const document = {
    schemaVersion: 1,
    label: 'plumbline',
    message: words.join(' · '),
    color: verdict.knownOnly ? 'yellow' : colors[verdict.verdict],
    ...(verdict.exit === 0 ? {} : { isError: true }),
  };
  return `${JSON.stringify(document)}\n`;
});
