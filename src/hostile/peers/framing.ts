import type { Socket } from 'node:net';
import { bomb, closeFrame, frame, opcode } from '../frames.ts';
import { type HostilePeer, inTurn, onSocket } from '../hostile-peer.ts';
import { onUpgrade } from '../upgrade.ts';

let made: Buffer | undefined;

/** Made when it is first needed, and only once. */
function halfAGibibyte(): Buffer {
  made ??= bomb(512);
  return made;
}

/** Frames that RFC 6455 does not allow, as the first thing after a good 101. */
export const framing: readonly HostilePeer[] = inTurn([
  first('reserved-bits', 'sets reserved bits', () => frame('{}', { reserved: 7 })),
  first('reserved-opcode', 'sends a frame of opcode 3', () => frame('{}', { opcode: 3 })),
  first('reserved-control-opcode', 'sends a control frame of opcode 11', () => frame('', { opcode: 11 })),
  first('masked-frames', 'masks its frames', () => frame('{}', { masked: true })),
  first('invalid-utf8', 'sends text that is no UTF-8', () => frame(Buffer.from([0xc3, 0x28]))),
  first('control-frame-too-long', 'sends a ping of 126 bytes', () =>
    frame(Buffer.alloc(126), { opcode: opcode.ping }),
  ),
  first('control-frame-in-parts', 'sends half a ping', () => frame('', { opcode: opcode.ping, fin: false })),
  first('continues-nothing', 'continues a message that it never began', () =>
    frame('{}', { opcode: opcode.continuation }),
  ),
  first('begins-twice', 'begins a message within a message', () =>
    Buffer.concat([frame('{', { fin: false }), frame('}')]),
  ),
  first('deflates-unasked', 'compresses though nobody offered it', () => bomb(1)),
  ...[999, 1005, 1006, 1015, 65_535].map((code) =>
    first(`closes-with-${code}`, `closes with the code ${code}, which must not be on the wire`, () =>
      closeFrame(code),
    ),
  ),
  first('close-of-one-byte', 'closes with half a code', () => frame('x', { opcode: opcode.close })),
  first('close-reason-no-utf8', 'closes with a reason that is no UTF-8', () =>
    frame(Buffer.from([0x03, 0xe8, 0xc3, 0x28]), { opcode: opcode.close }),
  ),
]).concat(
  onSocket(
    'deflate-bomb',
    'takes every offer of compression, and sends 512 MiB of blanks in half a megabyte',
    ({ socket }) => {
      // Who did not offer it gets the same: a bomb keeps to no agreement.
      onUpgrade(socket, () => socket.write(halfAGibibyte()), 'Sec-WebSocket-Extensions: permessage-deflate');
    },
    { surfaces: ['emit'] },
  ),
);

function first(name: string, says: string, make: () => Uint8Array): HostilePeer {
  return onSocket(name, says, ({ socket }) => onUpgrade(socket, () => send(socket, make())));
}

function send(socket: Socket, bytes: Uint8Array): void {
  socket.write(bytes);
}
