import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { Admission, EmitRules, Refusal } from '../../src/contract/rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import { admitted, cannotTell, refused, refusedWith } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';

type Stream = 'job' | 'space';
const streams: readonly Stream[] = ['job', 'space'];

/** Name of the connection that tried a credential on a stream. */
const peerOf = (stream: Stream, credential: string): string => `${stream} ${credential}`;

/** Every credential on every stream: who is admitted and who is refused, with the twin beside it. */
export function handshake(contract: SurfaceContract<EmitRules>): {
  scenes: Scene<EmitVerbs>[];
  cases: Case[];
} {
  const { rules } = contract;
  const scenes = streams.map((stream) => handshakeScene(rules, stream));
  const cases = streams.flatMap((stream, at) => {
    const made = scenes[at];
    if (!made) return [];
    const door = rules.streams[stream];
    return [
      ...judgeEach(made, Object.entries(door.refuses), ([credential, refusal]) =>
        refusalCase(rules, stream, credential, refusal),
      ),
      ...judgeEach(made, Object.entries(door.admits), ([credential, admission]) =>
        admissionCase(rules, stream, credential, admission),
      ),
      ...judgeEach(made, Object.entries(door.undecided), ([credential, row]) =>
        undecidedCase(rules, stream, credential, row.openPoint),
      ),
    ];
  });
  return { scenes: [...scenes, unknownJob], cases: [...cases, ...unknownJobCases()] };
}

function handshakeScene(rules: EmitRules, stream: Stream): Scene<EmitVerbs> {
  const door = rules.streams[stream];
  const credentials = [
    ...Object.keys(door.admits),
    ...Object.keys(door.undecided),
    ...Object.keys(door.refuses),
  ];
  return scene<EmitVerbs>(
    'emit',
    `emit/handshake-${stream}`,
    {
      title: `every credential on a ${stream} stream`,
      needs: ['jobs', 'token:read'],
      cost: { jobs: 1, connections: credentials.length },
    },
    async (emit) => {
      await emit.lease({ own: 1 });
      await emit.job('job');
      await Promise.all(
        credentials.map((credential) =>
          emit.attempt(peerOf(stream, credential), stream, credential, { job: 'job' }),
        ),
      );
      // Work on the job gives every admitted connection something that only this target can have sent.
      await emit.act('job', 'poll');
      await emit.act('job', 'ack');
      const from = emit.position;
      await emit.act('job', 'progress', { percent: 50, message: 'half', nonce: emit.nonce, n: 1 });
      for (const credential of Object.keys(door.admits)) {
        await emit.await(`progress ${credential}`, [peerOf(stream, credential)], 'job', 'progress', { from });
      }
      await emit.act('job', 'complete', { done: true });
    },
  );
}

function refusalCase(rules: EmitRules, stream: Stream, credential: string, refusal: Refusal) {
  const pair = {
    attempt: peerOf(stream, credential),
    twin: peerOf(stream, refusal.twin),
    openPoint: refusal.openPoint,
  };
  const statuses = Object.entries(refusal.status);
  const own = statuses.filter(([id]) => refusal.refused.includes(id));
  return {
    id: `emit/handshake/${stream}/${credential}`,
    title: `${rules.credentials[credential]?.says ?? credential} is refused on the ${stream} stream`,
    checks: {
      ...each(refusal.refused, (view: View): Judgement => {
        const judgement = refused(view, pair);
        const [, numbers] = own[0] ?? [];
        return judgement.kind === 'passed' && numbers ? refusedWith(view, pair, numbers) : judgement;
      }),
      ...Object.fromEntries(
        statuses
          .filter(([id]) => !refusal.refused.includes(id))
          .map(([id, numbers]) => [id, (view: View) => refusedWith(view, pair, numbers)]),
      ),
    },
    covers: [`${stream}/${credential}`],
  };
}

function admissionCase(rules: EmitRules, stream: Stream, credential: string, admission: Admission) {
  const peer = peerOf(stream, credential);
  return {
    id: `emit/handshake/${stream}/${credential}`,
    title: `${rules.credentials[credential]?.says ?? credential} opens the ${stream} stream`,
    checks: each(admission.requirements, (view: View): Judgement => admitted(view, peer)),
    covers: [`${stream}/${credential}`],
    when: () => true as const,
  };
}

/** What the document does not decide: admitted or refused, but one of the two, with an answer. */
function undecidedCase(rules: EmitRules, stream: Stream, credential: string, point: string) {
  const peer = peerOf(stream, credential);
  return {
    id: `emit/handshake/${stream}/${credential}`,
    title: `${rules.credentials[credential]?.says ?? credential} is answered on the ${stream} stream`,
    checks: {
      E23i: (view: View): Judgement => undecided(view, peer, peerOf(stream, 'read'), point),
    },
    covers: [`${stream}/${credential}`],
  };
}

function undecided(view: View, peer: string, twin: string, point: string): Judgement {
  const cannot = cannotTell(view, peer);
  if (cannot) return { kind: 'untestable', reason: cannot };
  const answer = view.answer(peer);
  const value = answer.kind === 'opened' ? 'admitted' : 'refused';
  return passed([twin], { readings: [{ point, value, frame: answer.seq }] });
}

const unknownJob = scene<EmitVerbs>(
  'emit',
  'emit/unknown-job',
  {
    title: 'the stream of a job that never was',
    needs: ['jobs', 'token:read'],
    cost: { jobs: 2, connections: 4 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job');
    await emit.watch('known', 'job');
    const id = Object.values(idsOf(emit))[0] ?? '';
    await emit.attempt('unknown', 'job', 'read', { job: shuffled(id, emit.random) });
    await emit.attempt('foreign', 'job', 'foreign-read', { job: 'job' });
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    const from = emit.position;
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('proof', ['known'], 'job', 'completed', { from });
  },
);

function idsOf(emit: EmitVerbs): Record<string, string> {
  return emit.jobIds;
}

/** An id of the same form, and of no job: digits and letters change, the length and the rest stay. */
function shuffled(id: string, random: () => number): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const tail = [...id.slice(-16)].map((char) =>
    /[0-9a-f-]/.test(char) && id.includes('-') ? char : digits[Math.floor(random() * digits.length)],
  );
  return `${id.slice(0, -16)}${tail.join('')}`;
}

function unknownJobCases(): Case[] {
  return judgeEach(unknownJob, ['unknown'], (attempt) => ({
    id: 'emit/handshake/job/unknown-job',
    title: 'the stream of a job that never was is refused',
    checks: {
      E16i: (view: View): Judgement => {
        const judgement = refusedWith(view, { attempt, twin: 'known' }, [404, 403]);
        if (judgement.kind !== 'passed') return judgement;
        const answer = view.answer(attempt);
        const status = answer.kind === 'refused' ? answer.status : 0;
        const foreign = view.has('foreign') ? view.answer('foreign') : undefined;
        const alike =
          foreign?.kind === 'refused' && answer.kind === 'refused' && foreign.status === answer.status;
        return passed(['known'], {
          readings: [
            { point: 'A28.unknown-job', value: String(status), frame: answer.seq },
            ...(foreign?.kind === 'refused'
              ? [{ point: 'A29', value: alike ? 'alike' : 'told-apart', frame: foreign.seq }]
              : []),
          ],
        });
      },
    },
  }));
}
