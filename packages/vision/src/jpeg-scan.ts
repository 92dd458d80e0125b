/** @file The entropy-coded part of a baseline JPEG: Huffman tables and the coefficients of its first component (ITU T.81 F.2). */

/** Canonical codes by length, and a table of the first `peekBits` bits: `length << 8 | symbol`, 0 for longer codes. */
export interface HuffmanTable {
  peek: Uint16Array;
  symbols: Uint8Array;
  /** [17] first code of the length, index of its symbol, number of codes. */
  firstCode: Int32Array;
  firstIndex: Int32Array;
  codes: Int32Array;
}

const peekBits = 9;
const peekMask = (1 << peekBits) - 1;
/** Encoders without optimized coding always write the same tables. */
const builtTables = new Map<string, HuffmanTable>();

/** Adds the tables of a DHT segment, keyed by its class and number. */
export function readHuffmanTables(body: Uint8Array, huffman: Map<number, HuffmanTable>): void {
  for (let at = 0; at < body.length; ) {
    const lengths = body.subarray(at + 1, at + 17);
    const total = lengths.reduce((sum, n) => sum + n, 0);
    const definition = body.subarray(at + 1, at + 17 + total);
    huffman.set(body[at] as number, findOrBuildTable(definition));
    at += 17 + total;
  }
}

function findOrBuildTable(definition: Uint8Array): HuffmanTable {
  const key = String.fromCharCode(...definition);
  const known = builtTables.get(key);
  if (known) return known;
  const table = buildTable(definition);
  if (builtTables.size > 64) builtTables.clear();
  builtTables.set(key, table);
  return table;
}

function buildTable(definition: Uint8Array): HuffmanTable {
  const symbols = definition.slice(16);
  const peek = new Uint16Array(1 << peekBits);
  const [firstCode, firstIndex, codes] = [new Int32Array(17), new Int32Array(17), new Int32Array(17)];
  for (let length = 1, code = 0, index = 0; length <= 16; length += 1, code <<= 1) {
    const count = definition[length - 1] as number;
    firstCode[length] = code;
    firstIndex[length] = index;
    codes[length] = count;
    const spread = peekBits - length;
    const peeked = spread < 0 ? 0 : count;
    for (let i = 0; i < peeked; i += 1) {
      const from = (code + i) << spread;
      peek.fill((length << 8) | (symbols[index + i] as number), from, from + (1 << spread));
    }
    code += count;
    index += count;
  }
  return { peek, symbols, firstCode, firstIndex, codes };
}

/** A block of one interleaved unit. */
export interface Block {
  componentIndex: number;
  dc: HuffmanTable;
  ac: HuffmanTable;
}

export interface Scan {
  jpeg: Uint8Array;
  start: number;
  mcus: number;
  blocks: readonly Block[];
}

/** Calls `onLuma` with the 64 zigzag coefficients of each block of the first component. One function, so that its state stays in registers. */
export function readScan({ jpeg, start, mcus, blocks }: Scan, onLuma: (coefficients: Int32Array) => void): void {
  const coefficients = new Int32Array(64);
  let prediction = 0;
  let at = start;
  // The lowest `count` bits of `buffer` are unread.
  let buffer = 0;
  let count = 0;
  for (let i = 0; i < mcus * blocks.length; i += 1) {
    const { componentIndex, dc, ac } = blocks[i % blocks.length] as Block;
    const isLuma = componentIndex === 0;
    if (isLuma) coefficients.fill(0);
    for (let k = 0, table = dc; k < 64; k += 1, table = ac) {
      while (count <= 24) {
        const byte = jpeg[at] as number;
        at += byte === 0xff ? 2 : 1;
        buffer = (buffer << 8) | byte;
        count += 8;
      }
      const entry =
        (table.peek[(buffer >>> (count - peekBits)) & peekMask] as number) || findLongCode(table, buffer, count);
      count -= entry >> 8;
      const size = entry & 15;
      k += (entry & 255) >> 4;
      if (size === 0) {
        if (k === 0 || (entry & 255) === 0xf0) continue;
        break;
      }
      if (count < size) {
        const byte = jpeg[at] as number;
        at += byte === 0xff ? 2 : 1;
        buffer = (buffer << 8) | byte;
        count += 8;
      }
      count -= size;
      if (!isLuma) continue;
      // A leading zero means negative (T.81 F.2.2.1).
      const bits = (buffer >>> count) & ((1 << size) - 1);
      const value = bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
      coefficients[k] = value;
    }
    if (!isLuma) continue;
    prediction += coefficients[0] as number;
    coefficients[0] = prediction;
    onLuma(coefficients);
  }
}

/** `length << 8 | symbol` of a code of more than `peekBits` bits. */
function findLongCode(table: HuffmanTable, buffer: number, count: number): number {
  for (let length = peekBits + 1; length <= 16; length += 1) {
    const rank = ((buffer >>> (count - length)) & ((1 << length) - 1)) - (table.firstCode[length] as number);
    if (rank < (table.codes[length] as number)) {
      return (length << 8) | (table.symbols[(table.firstIndex[length] as number) + rank] as number);
    }
  }
  throw new Error('The JPEG has an unknown code');
}
