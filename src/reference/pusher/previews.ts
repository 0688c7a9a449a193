// A baseline JPEG of one grey 8 x 8 block, written by hand: real enough for any decoder, and different for
// every shade, so that no two previews of a job are alike.
const quantization = [0xff, 0xdb, 0x00, 0x43, 0x00, ...new Array<number>(64).fill(8)];
const jfif = [0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
const frame = [0xff, 0xc0, 0x00, 0x0b, 8, 0, 8, 0, 8, 1, 1, 0x11, 0];
/** Twelve codes of four bits: the category of the DC value is its own code. */
const dcTable = [
  0xff,
  0xc4,
  0x00,
  0x1f,
  0x00,
  ...codesOfLength(4, 12),
  ...Array.from({ length: 12 }, (_, at) => at),
];
/** One code of one bit: the end of the block. */
const acTable = [0xff, 0xc4, 0x00, 0x14, 0x10, ...codesOfLength(1, 1), 0x00];
const scan = [0xff, 0xda, 0x00, 0x08, 1, 1, 0x00, 0, 63, 0];

/** A JPEG of one shade of grey, 0 to 255, made larger by a comment until it has about so many bytes. */
export function jpeg(shade: number, bytes = 0): Buffer {
  const value = Math.max(0, Math.min(255, Math.round(shade))) - 128;
  const category = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  const digits = value < 0 ? value + 2 ** category - 1 : value;
  const bits = `${category.toString(2).padStart(4, '0')}${
    category === 0 ? '' : digits.toString(2).padStart(category, '0')
  }0`.padEnd(16, '1');
  const data = [bits.slice(0, 8), bits.slice(8, 16)].map((byte) => Number.parseInt(byte, 2));
  // A byte of ones in the data is followed by a zero, or it would begin a marker.
  const stuffed = data.flatMap((byte) => (byte === 0xff ? [0xff, 0x00] : [byte]));
  const comment = commentOf(Math.min(65_000, bytes));
  return Buffer.from([
    0xff,
    0xd8,
    ...jfif,
    ...comment,
    ...quantization,
    ...frame,
    ...dcTable,
    ...acTable,
    ...scan,
    ...stuffed,
    0xff,
    0xd9,
  ]);
}

function commentOf(length: number): number[] {
  if (length === 0) return [];
  return [0xff, 0xfe, (length + 2) >> 8, (length + 2) & 0xff, ...new Array<number>(length).fill(0x20)];
}

function codesOfLength(length: number, count: number): number[] {
  return Array.from({ length: 16 }, (_, at) => (at === length - 1 ? count : 0));
}
