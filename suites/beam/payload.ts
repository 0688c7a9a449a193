import type { BeamRules } from '../../src/contract/beam-rules.ts';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type Case, judge, judgeEach } from '../../src/suite/case.ts';
import { all, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { foretoldOf, written } from '../../src/surfaces/beam/foretold.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import { complete, inSequence } from './answers.ts';
import { keysOf } from './operations.ts';

/** Texts that are easily harmed on the way; each stands in a nonce, which the handler gives back. */
const texts: Readonly<Record<string, string>> = {
  'non-ascii': 'Grüße, 世界, שלום, žluť',
  'beyond-the-bmp': '🪢 👩‍🚀 𝔭𝔩𝔲𝔪𝔟',
  combining: 'e\u0301 and é',
  escapes: 'quote " backslash \\ slash / tab \t newline \n',
  controls: 'null \u0000 bell \u0007 unit \u001f delete \u007f',
  separators: '\u2028 \u2029 \u202e end',
  html: '<script>&amp;</script>',
  'looks-like-json': '{"type":"ping"}',
  braces: '{{ }} $1 %s %00 \\u0000',
};

/** Lengths of streams: the shortest, the shortest that has an order, and one that does not fit into one write. */
const lengths = [1, 2, 300];

const perText = scene<BeamVerbs>(
  'beam',
  'beam/payload-texts',
  {
    title: 'nonces that are easily harmed',
    needs: ['token:valid', 'handler'],
    cost: { jobs: Object.keys(texts).length, connections: 1 },
  },
  async (beam) => {
    await beam.open('client');
    for (const [name, text] of Object.entries(texts))
      await beam.input('client', name, { op: 'transform', text });
    for (const name of Object.keys(texts)) await beam.output(name, name, { owns: 'B6' });
  },
);

const perLength = scene<BeamVerbs>(
  'beam',
  'beam/payload-lengths',
  {
    title: 'streams from the shortest to the longest',
    needs: ['token:valid', 'handler', 'stream'],
    cost: { jobs: lengths.length + 1, connections: 1 },
  },
  async (beam) => {
    await beam.open('client');
    for (const n of lengths) await beam.input('client', `stream of ${n}`, { op: 'stream', n });
    await beam.input('client', 'after', { op: 'transform' });
    for (const n of lengths) await beam.output(`stream of ${n}`, `stream of ${n}`, { count: n, owns: 'B7' });
    await beam.output('after', 'after');
  },
);

/** What the handler makes of an input reaches the client unchanged, whatever it is. */
export function payload(contract: SurfaceContract<BeamRules>): { scenes: Scene<BeamVerbs>[]; cases: Case[] } {
  const keys = { transform: keysOf(contract, 'transform'), stream: keysOf(contract, 'stream') };
  return {
    scenes: [perText, perLength],
    cases: [
      ...judgeEach(perText, Object.keys(texts), (name) => ({
        id: `beam/payload/${name}`,
        title: `an output with ${name.replaceAll('-', ' ')} reaches the client unchanged`,
        checks: {
          B6: (view: View) => {
            view.step(name);
            const foretold = foretoldOf(view.job(name))?.map(written);
            if (foretold?.every((output) => !holds(output, texts[name] ?? '')))
              return untestable('the output that the command foretold does not hold this text');
            return complete(view, name, keys.transform);
          },
        },
      })),
      ...judgeEach(perLength, lengths, (n) => ({
        id: `beam/payload/stream-of-${n}`,
        title: `a stream of ${n} ${n === 1 ? 'payload' : 'payloads'} reaches the client whole`,
        checks: {
          B7: (view: View) => {
            view.step(`stream of ${n}`);
            return complete(view, `stream of ${n}`, keys.stream);
          },
        },
      })),
      judge(perLength, 'beam/payload/order', 'streams of any length keep their order', {
        B7i: (view) => all(lengths.filter((n) => n > 1).map((n) => inSequence(view, `stream of ${n}`))),
      }),
    ],
  };
}

/** Whether a text stands in an output, as it is or as JSON writes it. */
function holds(output: string, text: string): boolean {
  return output.includes(text) || output.includes(JSON.stringify(text).slice(1, -1));
}
