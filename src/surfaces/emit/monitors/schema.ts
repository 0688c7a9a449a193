import type { SurfaceContract } from '../../../contract/contract.ts';
import { isObject } from '../../../contract/json.ts';
import type { EmitRules } from '../../../contract/rules.ts';
import { type Validators, validatorsOf } from '../../../contract/validators.ts';
import { instead, insteadText } from '../../../suite/judgement.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { valueAt } from '../../../suite/pointer.ts';
import { eventRule } from '../event-rule.ts';
import { messageOf, type Scope, scopeOf, streamOf, typeOf } from '../message.ts';
import { isSent, withheldBy } from '../withheld.ts';

/** Every frame is one JSON object as its type's schema has it; stripped ones are closed. */
export function schema(contract: SurfaceContract<EmitRules>, dialect: string): Monitor {
  const validators = (): Validators => validatorsOf(contract);
  const { rules } = contract;
  const types = Object.keys(rules.events);
  const schemaOf = (type: string, scope: Scope): string => {
    const cell = rules.events[type]?.data[scope];
    return `messages/${cell?.schema ?? (cell?.hidden ? 'stripped' : type)}`;
  };
  const scopes: readonly Scope[] = ['full', 'stripped'];
  const names = [
    'messages/envelope',
    'messages/job-event',
    'messages/creation',
    ...types.flatMap((type) =>
      scopes.filter((scope) => isSent(rules, type, scope)).map((scope) => schemaOf(type, scope)),
    ),
  ];
  const isInForce = inForce(contract, dialect);
  const covered = new Set(['E1', 'E1i', 'E28i', 'E43'].filter(isInForce));
  for (const id of compileCovers(contract, names)) if (isInForce(id)) covered.add(id);
  return monitor({
    id: 'emit/always/schema',
    title: 'every event is as its schema says',
    surface: 'emit',
    per: 'connection',
    checks: [...covered],
    start: () => ({ frames: 0, spokenOf: new Set<string>() }),
    step(state, event, report, { recording }) {
      if (event.kind !== 'frame') return;
      const stream = streamOf(recording, event.peer);
      if (!stream) return;
      state.frames += 1;
      report.saw('E1i', event);
      report.saw('E1', event);
      if (event.binary) {
        report.find(
          'E1i',
          { rule: 'binary', expected: 'a text frame', actual: `a binary frame of ${event.bytes} bytes` },
          event,
        );
        return;
      }
      const message = messageOf(event);
      if (!message) {
        report.find(
          'E1',
          { rule: 'not-an-object', expected: 'one JSON object', ...insteadText(event.text, 120) },
          event,
        );
        return;
      }
      const type = typeOf(event);
      // With what a space stream begins, some versions say themselves or leave open (A27): it is no event of the table.
      const begins = stream === 'space' && (state.frames === 1 || type === 'connected');
      if (begins && rules.connected && typeof message.jobId !== 'string') return;
      const known = type !== undefined && types.includes(type);
      // Of who was tried before the version was known (dialect: auto), the rules tell what it may see.
      const { credential = '' } = recording.peers[event.peer]?.about ?? {};
      const scope = scopeOf(recording, event.peer) ?? scopeBy(rules, stream, credential);
      // What is withheld from a viewer, and was sent to it all the same, is wrong whatever it looks like.
      if (type !== undefined && withheldBy(rules, type, scope)) return;
      if (!known && type !== undefined && rules.furtherEvents) return;
      const name =
        !known && stream === 'space' && type !== undefined
          ? 'messages/creation'
          : !known
            ? 'messages/job-event'
            : schemaOf(type, scope);
      for (const id of validators().covers(name)) report.saw(id, event);
      if (stream === 'space' && eventRule(rules, type)?.data.full?.kept) report.saw('E43', event);
      if (stream === 'space') {
        report.saw('E28i', event);
        const job = typeof message.jobId === 'string' ? message.jobId : '';
        // Whatever announces a job is its first event; later ones are of the table.
        if (!known && type !== undefined && state.spokenOf.has(job)) {
          report.find(
            'E28i',
            { rule: 'unknown-type', expected: 'one of the nine types', ...instead(type, '/type') },
            event,
          );
        }
        state.spokenOf.add(job);
      }
      for (const violation of validators().violations(name, message)) {
        const requirement = covered.has(violation.requirement) ? violation.requirement : 'E25';
        // A space stream owes data whole, whatever else its absence breaks.
        const isData = violation.pointer.startsWith('/data') || violation.expected === 'the key "data"';
        if (stream === 'space' && isData && eventRule(rules, type)?.data.full?.kept) {
          const finding = {
            rule: 'data',
            expected: 'the full data',
            ...instead(message.data, '/data'),
          };
          report.find('E43', finding, event);
        }
        report.find(
          requirement,
          {
            rule: `schema ${violation.pointer}`,
            expected: `${violation.expected}${violation.pointer === '' ? '' : ` at ${violation.pointer}`}`,
            ...instead(valueAt(message, violation.pointer), violation.pointer),
          },
          event,
        );
      }
    },
  });
}

function scopeBy(rules: EmitRules, stream: 'job' | 'space', credential: string): Scope {
  return rules.streams[stream].admits[credential]?.scope === 'stripped' ? 'stripped' : 'full';
}

/** Whether a requirement, or one that says the same, is asked of a dialect. */
function inForce({ requirements }: SurfaceContract<EmitRules>, dialect: string): (id: string) => boolean {
  const asked = requirements.filter(({ applies }) => applies.dialects?.includes(dialect) ?? true);
  const ids = new Set(asked.flatMap(({ group }) => group));
  return (id) => ids.has(id);
}

/** The requirements named in some schemas, without compiling them: `--list` must not pay for Ajv. */
function compileCovers(contract: SurfaceContract<EmitRules>, names: readonly string[]): Set<string> {
  const ids = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) walk(item);
    else if (isObject(node)) {
      if (typeof node['x-requirement'] === 'string') ids.add(node['x-requirement']);
      for (const value of Object.values(node)) walk(value);
    }
  };
  for (const name of names) walk(contract.schemas[name]);
  return ids;
}
