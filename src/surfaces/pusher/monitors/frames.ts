import type { SurfaceContract } from '../../../contract/contract.ts';
import { isObject, type Json, type JsonObject } from '../../../contract/json.ts';
import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { type Validators, validatorsOf } from '../../../contract/validators.ts';
import { instead, insteadText } from '../../../suite/judgement.ts';
import { type Monitor, monitor, type Report } from '../../../suite/monitor.ts';
import { valueAt } from '../../../suite/pointer.ts';
import type { Frame } from '../../../wire/event.ts';
import { channelOf, dataOf, eventOf, isChannelEvent, isOurs, messageOf, protocolEvent } from '../message.ts';
import { isForUs } from '../standing.ts';

/** Schema of a frame of the protocol's own, and of what is encoded in its data. */
const ofProtocol = new Map<string, { readonly frame: string; readonly data?: string }>(
  Object.entries({
    [protocolEvent.established]: {
      frame: 'messages/connection-established',
      data: 'messages/connection-established-data',
    },
    [protocolEvent.error]: { frame: 'messages/error', data: 'messages/error-data' },
    [protocolEvent.ping]: { frame: 'messages/ping' },
    [protocolEvent.pong]: { frame: 'messages/pong' },
    [protocolEvent.succeeded]: { frame: 'messages/subscription-succeeded' },
    [protocolEvent.refused]: { frame: 'messages/subscription-error' },
    [protocolEvent.memberAdded]: { frame: 'messages/member-added', data: 'messages/member-added-data' },
    [protocolEvent.memberRemoved]: { frame: 'messages/member-removed', data: 'messages/member-removed-data' },
    [protocolEvent.cacheMiss]: { frame: 'messages/cache-miss' },
    [protocolEvent.signedIn]: { frame: 'messages/signin-success', data: 'messages/signin-success-data' },
    // The name that client libraries give it; on the wire it is a confirmation under a wrong name.
    'pusher:subscription_succeeded': { frame: 'messages/subscription-succeeded' },
  }),
);

/** Every frame is text, one JSON object with an event, and as the schema of that event has it. */
export function frames(contract: SurfaceContract<PusherRules>, dialect: string): Monitor {
  // What we published ourselves has a name of this run alone, and a rule is the same in every run.
  const ruled = (name = ''): string => {
    const bare = name.replace(/^\W/, '');
    return ofProtocol.has(bare) || bare === contract.rules.names.event ? bare : 'event';
  };
  const validators = (): Validators => validatorsOf(contract);
  const update = contract.rules.dialects[dialect]?.schema ?? '';
  const schemas = [
    'messages/job-event',
    update,
    ...[...ofProtocol.values()].flatMap(({ data }) => (data === undefined ? [] : [data])),
  ];
  const covered = new Set([
    'PC4',
    ...schemas.flatMap((name) => namedIn(contract.schemas[name])),
    ...[...ofProtocol.values()].flatMap(({ frame }) => namedIn(beyondItsName(contract.schemas[frame]))),
  ]);

  const judge = (
    schema: string,
    value: Json,
    frame: Frame,
    under: string,
    report: Report,
    but = '',
  ): void => {
    for (const id of validators().covers(schema)) if (id !== but) report.saw(id, frame);
    for (const violation of validators().violations(schema, value)) {
      // An event of ours may have any name and channel, but it must have them.
      const isMissing = violation.requirement === but && violation.expected.startsWith('the key');
      if (violation.requirement === but && !isMissing) continue;
      const pointer = `${under}${violation.pointer}`;
      report.find(
        isMissing ? 'PS12' : violation.requirement,
        {
          rule: `schema ${ruled(eventOf(frame))} ${pointer}`,
          expected: `${violation.expected}${pointer === '' ? '' : ` at ${pointer}`}`,
          ...instead(valueAt(value, violation.pointer), pointer),
        },
        frame,
      );
    }
  };

  return monitor({
    id: 'pusher/always/frames',
    title: 'every frame is as its schema says',
    surface: 'pusher',
    per: 'run',
    checks: [...covered],
    start: () => ({ askedForNothing: new Set<string>() }),
    step({ askedForNothing }, event, report, { recording, role }) {
      // A refusal of the empty name may say that name.
      if (event.kind === 'sent' && event.text.includes('"channel":""')) askedForNothing.add(event.peer);
      if (event.kind !== 'frame') return;
      if (channelOf(event) === '' && askedForNothing.has(event.peer)) return;
      report.saw('PC4', event);
      const message = messageOf(event);
      const name = eventOf(event);
      if (event.binary || !message || name === undefined) {
        const seen = event.binary
          ? { actual: `a binary frame of ${event.bytes} bytes`, shape: 'binary' }
          : insteadText(event.text, 120);
        report.find(
          'PC4',
          { rule: 'no-event', expected: 'a JSON object with an event, as text', ...seen },
          event,
        );
        return;
      }
      const known = ofProtocol.get(name);
      if (known) {
        judge(known.frame, message, event, '', report);
        // Some servers refuse a subscription by an error; one that names its channel does as well.
        if (name === protocolEvent.error && channelOf(event) !== undefined) report.saw('PS5i', event);
        const data = dataOf(event);
        if (known.data !== undefined && isObject(data)) judge(known.data, data, event, '/data', report);
        else if (known.data !== undefined && typeof message.data === 'string') {
          const [id = 'PC4'] = validators().covers(known.data);
          report.find(
            id,
            {
              rule: `data ${name}`,
              expected: 'an object, as JSON in a string',
              ...instead(data, '/data'),
            },
            event,
          );
        }
        return;
      }
      if (!isChannelEvent(event)) return;
      // Of what we published ourselves the names are ours; how it is put into a frame is the server's doing.
      const ours = role === 'relay' || isOurs(recording, event) || !isForUs(recording, event);
      judge('messages/job-event', message, event, '', report, ours ? 'M8' : '');
      const data = dataOf(event);
      if (ours) return;
      judge(update, isObject(data) ? data : null, event, '/data', report);
    },
  });
}

/** A schema without what is settled once a frame has been told by its event: that part cannot fail. */
function beyondItsName(schema: JsonObject = {}): JsonObject {
  const { 'x-requirement': own, properties, required, ...rest } = schema;
  const { event: _, ...others } = isObject(properties) ? properties : {};
  const isOwn = (key: Json): boolean => {
    const property = others[String(key)];
    return key !== 'event' && !(isObject(property) && 'x-requirement' in property);
  };
  const asksMore = Array.isArray(required) && required.some(isOwn);
  return { ...rest, properties: others, ...(asksMore && own !== undefined ? { 'x-requirement': own } : {}) };
}

/** The requirements named in a schema, without compiling it: `--list` must not pay for Ajv. */
function namedIn(schema: Json | undefined): string[] {
  if (Array.isArray(schema)) return schema.flatMap((item: Json) => namedIn(item));
  if (!isObject(schema)) return [];
  const own = schema['x-requirement'];
  return [
    ...(typeof own === 'string' ? [own] : []),
    ...Object.values(schema).flatMap((value) => namedIn(value)),
  ];
}
