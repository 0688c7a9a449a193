import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Contract } from '../../src/contract/contract.ts';
import { validatorsOf } from '../../src/contract/validators.ts';
import type { NamedPair } from './in-process.ts';
import { judgeStream } from './judge-stream.ts';
import type { Stream } from './streams.ts';

/** The part of asyncapi-validator that is called here. */
interface OtherValidator {
  readonly validate: (key: string, payload: unknown, channel: string, operation: string) => boolean;
}

const folder = 'scripts/bench/asyncapi-validator';

/**
 * The events of a space stream, parsed and validated by asyncapi-validator, against the same events parsed and judged
 * by every monitor. Of a job's stream it can say nothing: three operations send on that channel, and it knows the
 * messages of the last one only.
 * @throws Error where it does not take one of the messages, which are all valid.
 */
export async function againstOther(root: string, contract: Contract, stream: Stream): Promise<NamedPair[]> {
  const require = createRequire(join(root, folder, 'package.json'));
  const name = join(root, folder, 'node_modules', 'asyncapi-validator');
  const made = require(name) as {
    fromSource: (path: string, options: { msgIdentifier: string }) => Promise<OtherValidator>;
  };
  const other = await made.fromSource(join(root, 'specs/emit/asyncapi.yaml'), { msgIdentifier: 'name' });
  const space = spaceOf(stream);
  const texts = space.recordings.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === 'frame' ? [event.text] : [])),
  );
  const validate = (): number => {
    for (const text of texts) {
      const message = JSON.parse(text) as { type: string };
      // The document calls the event of a new job so, whatever its type. It throws where a message is not valid.
      const key = message.type === 'created' ? 'creation' : message.type;
      other.validate(key, message, 'spaceStream', 'send');
    }
    return texts.length;
  };
  if (validate() === 0) throw new Error('the space stream has no messages');
  const validators = validatorsOf(contract.emit);
  const violations = (): number => {
    let count = 0;
    for (const text of texts) {
      const message = JSON.parse(text) as { type: string };
      const name = message.type === 'created' ? 'creation' : message.type;
      count += validators.violations(`messages/${name}`, message).length;
    }
    return count;
  };
  if (violations() > 0) throw new Error('the two do not agree on what is valid');
  const notes = [`${texts.length} messages of a space stream`];
  return [
    {
      id: 'asyncapi-validator judge',
      what: 'parse and validate by asyncapi-validator 5.1.1 / parse, validate and all monitors',
      aim: { least: 5 },
      notes,
      subject: validate,
      base: () => judgeStream(space),
    },
    {
      id: 'asyncapi-validator schema',
      what: 'parse and validate by asyncapi-validator 5.1.1 / parse and validate by our schemas',
      notes,
      subject: validate,
      base: violations,
    },
    {
      id: 'asyncapi-validator parse',
      what: 'parse and validate by asyncapi-validator 5.1.1 / JSON.parse alone: nobody can be faster than this',
      notes,
      subject: validate,
      base: () => texts.map((text) => JSON.parse(text)),
    },
  ];
}

/** A recording of which only the space's viewer is left, with all that is not a message. */
function spaceOf(stream: Stream): Stream {
  return {
    ...stream,
    recordings: stream.recordings.map((recording) => ({
      ...recording,
      events: recording.events
        .filter(({ kind, peer }) => kind === 'exchange' || recording.peers[peer]?.about.stream === 'space')
        .map((event, seq) => ({ ...event, seq })),
    })),
  };
}
