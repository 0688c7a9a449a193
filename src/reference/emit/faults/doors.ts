import type { Admission, Door, EmitRules, Ids, RestCall } from '../../../contract/rules.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { EmitPolicies } from '../policies.ts';
import { bears } from './credential-kind.ts';

const fault = defineFault<EmitPolicies>;

/** A fault for each cell of the auth matrix: who is let in, who is refused, and with which number. */
export function faultsOfDoors(rules: EmitRules): readonly Fault[] {
  return [
    ...Object.entries(rules.streams).flatMap(([stream, door]) => ofStream(rules, stream, door)),
    ...Object.entries(rules.rest).flatMap(([name, call]) => ofCall(name, call)),
  ];
}

function ofStream(rules: EmitRules, stream: string, door: Door): Fault[] {
  const refusals = Object.entries(door.refuses).flatMap(([credential, row]) => [
    ...when(row.refused, (breaks) =>
      fault(`emit/admits-${credential}-on-${stream}`, {
        breaks,
        says: `the ${stream} stream lets in ${rules.credentials[credential]?.says}`,
        bend: ({ admit }) => ({
          admit: (request) =>
            request.stream === stream && bears(rules, credential, request)
              ? { kind: 'admitted', scope: door.admits[row.twin]?.scope ?? 'full' }
              : admit(request),
        }),
      }),
    ),
    ...when(Object.keys(row.status), (breaks) =>
      fault(`emit/refuses-${credential}-on-${stream}-with-400`, {
        breaks,
        says: `the ${stream} stream answers 400 to ${rules.credentials[credential]?.says}`,
        bend: ({ admit }) => ({
          admit(request) {
            const answer = admit(request);
            const isMeant = request.stream === stream && bears(rules, credential, request);
            return isMeant && answer.kind === 'refused' ? { ...answer, status: 400 } : answer;
          },
        }),
      }),
    ),
  ]);
  const admissions = Object.entries(door.admits).flatMap(([credential, row]) =>
    when([...row.requirements, ...shutOut(stream, row)], (breaks) =>
      fault(`emit/refuses-${credential}-on-${stream}`, {
        breaks,
        says: `the ${stream} stream does not let in ${rules.credentials[credential]?.says}`,
        bend: ({ admit }) => ({
          admit: (request) =>
            request.stream === stream && bears(rules, credential, request)
              ? { kind: 'refused', status: 403, error: 'This token is not welcome' }
              : admit(request),
        }),
      }),
    ),
  );
  return [...refusals, ...admissions];
}

/** What else a viewer of a job misses who is not let in: at full scope it is what the creation of a job was to open. */
function shutOut(stream: string, { scope, requirements }: Admission): Ids {
  if (stream !== 'job' || requirements.length === 0) return [];
  return scope === 'full' ? ['E44', 'E44i', 'E20'] : ['E44'];
}

function ofCall(name: string, call: RestCall): Fault[] {
  return Object.entries(call.refuses).flatMap(([credential, row]) => [
    ...when(row.refused, (breaks) =>
      fault(`emit/${credential}-may-${name}`, {
        breaks,
        says: `${name} lets in the ${credential} token`,
        bend: ({ authorize }) => ({
          authorize: (asked) =>
            asked.name === name && asked.issued?.role === credential && asked.issued.space === asked.space
              ? undefined
              : authorize(asked),
        }),
      }),
    ),
    ...when(Object.keys(row.status), (breaks) =>
      fault(`emit/${credential}-may-not-${name}-with-400`, {
        breaks,
        says: `${name} answers 400 to the ${credential} token`,
        bend: ({ authorize }) => ({
          authorize(asked) {
            const refusal = authorize(asked);
            const isMeant = asked.name === name && asked.issued?.role === credential;
            return refusal && isMeant ? { ...refusal, status: 400 } : refusal;
          },
        }),
      }),
    ),
  ]);
}

function when(ids: Ids, make: (breaks: [string, ...string[]]) => Fault): Fault[] {
  const [first, ...rest] = ids;
  return first === undefined ? [] : [make([first, ...rest])];
}
