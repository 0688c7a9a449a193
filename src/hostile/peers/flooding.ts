import { frame, opcode } from '../frames.ts';
import { type HostilePeer, onSocket } from '../hostile-peer.ts';
import { again, dribble, pour } from '../pace.ts';
import { onUpgrade } from '../upgrade.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
/** What each connection sends at most, where nobody cuts it. */
const most = 64 * mebibyte;

/** Too much, or nothing at all, after a good 101. */
export const flooding: readonly HostilePeer[] = [
  admitting('silent', 'says nothing after its 101', () => {}),
  admitting('floods-small', 'sends 500 small frames a second', (socket) => {
    const burst = Buffer.concat(Array.from({ length: 100 }, () => frame('{"n":1}')));
    again(socket, 200, 100, () => socket.write(burst));
  }),
  admitting('floods-big', 'sends frames of 1 MiB as fast as they are read', (socket) =>
    pour(socket, frame(JSON.stringify({ filler: 'x'.repeat(mebibyte) })), most),
  ),
  admitting('floods-pings', 'pings without end', (socket) => {
    const burst = Buffer.concat(Array.from({ length: 100 }, () => frame('', { opcode: opcode.ping })));
    again(socket, 200, 100, () => socket.write(burst));
  }),
  admitting('floods-pongs', 'sends pongs that nobody asked for', (socket) => {
    const burst = Buffer.concat(Array.from({ length: 100 }, () => frame('', { opcode: opcode.pong })));
    again(socket, 200, 100, () => socket.write(burst));
  }),
  admitting('announces-1-gib', 'announces a frame of 1 GiB and sends no more', (socket) =>
    socket.write(frame('', { announces: gibibyte })),
  ),
  admitting('sends-1-gib', 'announces a frame of 1 GiB and begins to send it', (socket) => {
    socket.write(frame('', { announces: gibibyte }));
    pour(socket, Buffer.alloc(mebibyte, 0x20), most);
  }),
  admitting('endless-fragments', 'sends fragment after fragment of one message', (socket) => {
    socket.write(frame('"', { fin: false }));
    pour(socket, frame('x'.repeat(16_384), { opcode: opcode.continuation, fin: false }), most);
  }),
  admitting('tiny-fragments', 'sends a message in empty fragments, without end', (socket) => {
    socket.write(frame('"', { fin: false }));
    const burst = Buffer.concat(
      Array.from({ length: 100 }, () => frame('', { opcode: opcode.continuation, fin: false })),
    );
    again(socket, 200, 100, () => socket.write(burst));
  }),
  admitting('a-frame-byte-by-byte', 'sends a frame one byte a second', (socket) =>
    dribble(socket, frame(JSON.stringify({ event: 'x'.repeat(60) })).toString('latin1')),
  ),
  admitting('json-bomb', 'sends JSON that is nested 100,000 deep', (socket) =>
    socket.write(frame(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)),
  ),
  admitting('json-bomb-of-objects', 'sends objects within objects, 50,000 deep', (socket) =>
    socket.write(frame(`${'{"data":'.repeat(50_000)}1${'}'.repeat(50_000)}`)),
  ),
  admitting('json-with-poison', 'sends keys that JavaScript gives a meaning to', (socket) =>
    socket.write(
      frame(
        '{"__proto__":{"type":"init"},"constructor":{"prototype":{"type":"init"}},"toString":1,"data":1e999}',
      ),
    ),
  ),
  admitting('binary-noise', 'sends binary frames of noise', (socket) =>
    again(socket, 20, 100, (n) => socket.write(frame(Buffer.alloc(64, n), { opcode: opcode.binary }))),
  ),
  admitting('empty-frames', 'sends frames with nothing in them', (socket) =>
    again(socket, 20, 100, () => socket.write(frame(''))),
  ),
];

function admitting(
  name: string,
  says: string,
  then: (socket: Parameters<Meet>[0]['socket']) => void,
): HostilePeer {
  return onSocket(name, says, ({ socket }) => onUpgrade(socket, () => then(socket)));
}

type Meet = Extract<HostilePeer, { kind: 'socket' }>['meet'];
