import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError } from '../../contract/contract.ts';
import { loadContract } from '../../contract/load.ts';
import { describeReference } from '../../reference/start.ts';
import { type TestedServer, testedServer } from './tested-server.ts';

const contract = await loadContract();
const tested = (given: TestedServer, path = '/') =>
  testedServer(given, path, contract, { PLUMBLINE_TOKEN: 't' });

it('takes a URL, as text and as an object', async () => {
  for (const url of ['ws://127.0.0.1:9/', new URL('ws://127.0.0.1:9/')]) {
    const { targets } = await tested(url);
    expect(targets).toMatchObject([{ surface: 'beam', urls: { ws: 'ws://127.0.0.1:9/' } }]);
  }
});

it('takes the path of a target file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-tested-'));
  try {
    const file = join(folder, 'mine.json');
    await writeFile(file, JSON.stringify({ targets: describeReference({ contract, surfaces: ['emit'] }) }));
    expect((await tested(file)).targets.map(({ name }) => name)).toEqual(['emit']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('takes entries, in a list, in a function, and one alone', async () => {
  const [entry, ...others] = describeReference({ contract, surfaces: ['pusher'] });
  expect(others).not.toEqual([]);
  const targets = [entry, ...others] as object[];
  expect((await tested({ targets })).targets).toHaveLength(targets.length);
  expect((await tested({ targets: () => targets })).targets).toHaveLength(targets.length);
  expect((await tested(entry as never)).targets).toHaveLength(1);
});

it('lets a server listen on loopback that does not yet, and closes it', async () => {
  const server = createServer((_, response) => response.end('here'));
  const { targets, close } = await tested(server, '/app/my-key');
  const address = server.address();
  if (address === null || typeof address === 'string') return expect.fail('it does not listen');
  expect(address.address).toBe('127.0.0.1');
  expect(targets).toMatchObject([
    { surface: 'pusher', app: { key: 'my-key' }, urls: { ws: `ws://127.0.0.1:${address.port}` } },
  ]);
  const status = await new Promise((resolve) => {
    get({ port: address.port, host: '127.0.0.1' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
  });
  expect(status).toBe(200);
  await close();
  expect(server.listening).toBe(false);
});

it('leaves a server that listens as it is', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await (await tested(server)).close();
  expect(server.listening).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});

it.each([undefined, null, 7, {}, { targets: [] }, { targets: ['x'] }])(
  'refuses %j, and says what would do',
  async (given) => {
    const asked = tested(given as never);
    await expect(asked).rejects.toThrow(InputError);
    await expect(asked).rejects.toThrow('the URL of a server');
  },
);
