import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BeamOnAPort, beamOnAPort, beamRules } from './beam-on-a-port.ts';
import { talkTo } from './talk.ts';

const good = { authorization: 'Bearer plumbline-document-token-0123456789' };
let server: BeamOnAPort;
beforeAll(async () => {
  server = await beamOnAPort();
});
afterAll(() => server.close());

describe('B15i: a connection that was sent', () => {
  it.each(Object.entries(beamRules.inputs))(
    '%s still answers',
    async (_, { answered, bytes = 0, depth = 0, frame, hex, text = '' }) => {
      const talk = await talkTo(`${server.ws}/beam/document/`, good);
      const deep = '['.repeat(depth) + ']'.repeat(depth);
      const short = text.replaceAll('$nonce', 'hostile').replace('$deep', deep);
      const filled = short.replace('$fill', 'x'.repeat(Math.max(0, bytes - short.length + '$fill'.length)));
      const message = hex === undefined ? Buffer.from(filled) : Buffer.from(hex, 'hex');
      if (bytes > 0) expect(message.length).toBe(bytes);
      talk.socket.send(message, { binary: frame === 'binary' });
      talk.send({ nonce: 'after', op: 'transform' });
      await talk.until(1);
      const fence = (): boolean => talk.frames.some(({ json }) => JSON.stringify(json).includes('after'));
      if (!fence()) await talk.until(2);
      expect(fence()).toBe(true);
      if (answered) expect(talk.frames[0]?.text).toContain('hostile');
      talk.socket.terminate();
    },
  );
});

describe('the server lives after', () => {
  const upgradeHead =
    `GET /beam/document/ HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
    `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: ${good.authorization}\r\n\r\n`;

  it.each([
    ['an upgrade without a key', upgradeHead.replace(/sec-websocket-key: .*\r\n/, '')],
    ['an upgrade to another protocol', upgradeHead.replace('websocket', 'h2c')],
    ['a target that is no path', upgradeHead.replace('/beam/document/', '*')],
    ['a path with broken escapes', upgradeHead.replace('/beam/document/', '/beam/%zz%')],
    ['an unmasked frame', `${upgradeHead}\x81\x02{}`],
    ['a frame of a reserved kind', `${upgradeHead}\x83\x80aaaa`],
    ['a frame that says it is enormous', `${upgradeHead}\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xffaaaa`],
    ['a frame that breaks off', `${upgradeHead}\x81\x90aaaa{`],
    ['a continuation of nothing', `${upgradeHead}\x80\x80aaaa`],
  ])('%s', async (_, bytes) => {
    await raw(Buffer.from(bytes, 'latin1'));
    await expectLife();
  });

  it('random bytes after the upgrade, many times', async () => {
    await Promise.all(
      Array.from({ length: 50 }, () => raw(Buffer.concat([Buffer.from(upgradeHead), randomBytes(2000)]))),
    );
    await expectLife();
  });

  it('connections that are reset while they are answered', async () => {
    for (let at = 0; at < 20; at += 1) {
      const talk = await talkTo(`${server.ws}/beam/document/`, good);
      talk.send({ nonce: 'a', op: 'stream', n: 1000 });
      talk.socket.terminate();
    }
    await expectLife();
  });

  it('ten thousand inputs at once', async () => {
    const talk = await talkTo(`${server.ws}/beam/document/`, good);
    for (let at = 0; at < 10_000; at += 1) talk.send({ nonce: `n${at}`, op: 'transform' });
    expect(await talk.until(10_000, 10_000)).toBe(true);
    expect(talk.frames.map(({ json }) => (json as { nonce: string }).nonce)).toEqual(
      Array.from({ length: 10_000 }, (_, at) => `n${at}`),
    );
    talk.socket.terminate();
  });
});

/** Sends bytes as they are; ends when the server does, or soon after. */
function raw(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.http).port), '127.0.0.1', () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), 100);
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function expectLife(): Promise<void> {
  const talk = await talkTo(`${server.ws}/beam/document/`, good);
  talk.send({ nonce: 'alive', op: 'transform' });
  expect(await talk.until(1)).toBe(true);
  talk.socket.terminate();
}
