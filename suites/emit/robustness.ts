import { type Case, judgeEach } from '../../src/suite/case.ts';
import { failed, type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import { illegalFrames } from '../../src/wire/illegal-frames.ts';

/** What a viewer has no business to send. Valid frames, bad content. */
const nuisances: readonly { readonly name: string; readonly send: string | Uint8Array }[] = [
  { name: 'malformed-json', send: '{"type":' },
  { name: 'wrong-types', send: '{"type":7,"jobId":[],"data":null}' },
  { name: 'unknown-event', send: '{"type":"no-such-event","data":{}}' },
  { name: 'an-event-of-its-own', send: '{"type":"completed","status":"completed","data":{"forged":true}}' },
  { name: 'empty-text', send: '' },
  { name: 'binary', send: new Uint8Array([0, 255, 1, 254]) },
  { name: 'large-text', send: 'x'.repeat(200_000) },
];

function nuisanceScene(
  id: string,
  title: string,
  disturb: (emit: EmitVerbs) => void,
  destructive = false,
): Scene<EmitVerbs> {
  return scene<EmitVerbs>(
    'emit',
    id,
    {
      title,
      phase: 'hostile',
      destructive,
      needs: ['jobs', 'token:read'],
      cost: { jobs: 1, connections: 3 },
    },
    async (emit) => {
      await emit.lease({ own: 1 });
      await emit.job('job', { maxRetries: 0 });
      await emit.watch('bystander', 'job');
      await emit.watch('nuisance', 'job');
      await emit.act('job', 'poll');
      await emit.act('job', 'ack');
      disturb(emit);
      await emit.ping('nuisance', 'fence nuisance');
      await emit.act('job', 'progress', {
        percent: 50,
        message: 'after the nuisance',
        nonce: emit.nonce,
        n: 1,
      });
      await emit.act('job', 'complete', { nonce: emit.nonce });
      await emit.await('end', ['bystander'], 'job', 'completed', { owns: 'E22' });
      await emit.watch('afterwards', 'job', { init: false });
    },
  );
}

/** Others go on as if nothing had happened, and nothing of it reaches them. */
function unharmed(view: View): Judgement {
  view.step('end');
  const types = [...new Set(view.frames('bystander', (frame) => typeOf(frame) !== 'init').map(typeOf))];
  const expected = ['delivered', 'acked', 'progress', 'completed'];
  return types.join() === expected.join()
    ? passed(['bystander'])
    : failed({
        rule: 'disturbed',
        expected: expected.join(', '),
        actual: types.join(', '),
        frame: view.frames('bystander').at(-1)?.seq ?? 0,
      });
}

const harmlessCase = (made: Scene<EmitVerbs>, id: string, says: string): Case[] =>
  judgeEach(made, [id], () => ({
    id: `emit/robustness/${id}`,
    title: `a viewer that sends ${says} does not disturb the others`,
    checks: { E22: unharmed },
  }));

export const robustness: { scenes: Scene<EmitVerbs>[]; cases: Case[] } = (() => {
  const scenes: Scene<EmitVerbs>[] = [];
  const cases: Case[] = [];
  for (const { name, send } of nuisances) {
    const says = name.replaceAll('-', ' ');
    const made = nuisanceScene(`emit/nuisance-${name}`, `a viewer sends ${says}`, (emit) =>
      emit.send('nuisance', send),
    );
    scenes.push(made);
    cases.push(...harmlessCase(made, name, says));
  }
  for (const [name, { says, bytes }] of Object.entries(illegalFrames)) {
    const send = (emit: EmitVerbs): boolean => emit.sendRaw('nuisance', bytes);
    const made = nuisanceScene(`emit/illegal-${name}`, `a viewer sends ${says}`, send, true);
    scenes.push(made);
    cases.push(...harmlessCase(made, `illegal/${name}`, says));
  }
  return { scenes, cases };
})();
