/** @file Pairs of 64-bit hashes that differ in few bits, by multi-index hashing (Norouzi et al. 2012, "Fast Search in Hamming Space"). */
import { setImmediate as yieldToEvents } from 'node:timers/promises';

/** With four chunks of 16 bits, two hashes at most 11 bits apart have a chunk at most 2 bits apart. */
export const largestHammingDistance = 11;

const chunks = 4;
const chunkValues = 1 << 16;
const chunkRadius = 2;
/** Hashes looked up between two turns of the event loop. */
const batchSize = 1024;

/** Every 16-bit mask of at most two bits: what a chunk may differ in. */
const masks: readonly number[] = [
  0,
  ...Array.from({ length: 16 }, (_, i) => 1 << i),
  ...Array.from({ length: 16 }, (_, i) => Array.from({ length: i }, (_unused, j) => (1 << i) | (1 << j))).flat(),
];

/** How many bits of a 32-bit number are set. */
export function countBits(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Hashes as [N, 2] unsigned 32-bit halves. */
export class HashTable {
  readonly #halves: Uint32Array;
  readonly size: number;

  /** 16 hexadecimal digits each. */
  constructor(hashes: readonly string[]) {
    this.size = hashes.length;
    this.#halves = new Uint32Array(2 * hashes.length);
    for (const [i, hash] of hashes.entries()) {
      this.#halves[2 * i] = Number.parseInt(hash.slice(0, 8), 16);
      this.#halves[2 * i + 1] = Number.parseInt(hash.slice(8), 16);
    }
  }

  distance(a: number, b: number): number {
    const high = (this.#halves[2 * a] as number) ^ (this.#halves[2 * b] as number);
    const low = (this.#halves[2 * a + 1] as number) ^ (this.#halves[2 * b + 1] as number);
    return countBits(high) + countBits(low);
  }

  chunk(i: number, chunk: number): number {
    const half = this.#halves[2 * i + (chunk >> 1)] as number;
    return chunk & 1 ? half & 0xffff : half >>> 16;
  }
}

/**
 * Calls `visit` once for every pair `a < b` at most `distance` (at most 11) bits apart, in order of `b`.
 * Time grows far slower than N squared for hashes that are spread; memory is 4 bytes per hash and chunk.
 */
export async function forEachNearPair(
  hashes: HashTable,
  { distance }: { distance: number },
  visit: (a: number, b: number, distance: number) => void,
): Promise<void> {
  if (distance > largestHammingDistance) throw new RangeError(`distance must be at most ${largestHammingDistance}`);
  const buckets = Array.from({ length: chunks }, (_, chunk) => bucketsOf(hashes, chunk));
  for (let b = 0; b < hashes.size; b += 1) {
    if (b % batchSize === batchSize - 1) await yieldToEvents();
    for (const [chunk, bucket] of buckets.entries()) {
      forEachInReach(hashes.chunk(b, chunk), bucket, (a) => {
        if (a >= b || isFoundEarlier(hashes, a, b, chunk)) return;
        const apart = hashes.distance(a, b);
        if (apart <= distance) visit(a, b, apart);
      });
    }
  }
}

interface Buckets {
  /** Members of value v are `members[starts[v] .. starts[v + 1])`, ascending. */
  starts: Uint32Array;
  members: Uint32Array;
}

function forEachInReach(value: number, { starts, members }: Buckets, visit: (member: number) => void): void {
  for (const mask of masks) {
    const end = starts[(value ^ mask) + 1] as number;
    for (let at = starts[value ^ mask] as number; at < end; at += 1) visit(members[at] as number);
  }
}

/** Counting sort by one chunk. */
function bucketsOf(hashes: HashTable, chunk: number): Buckets {
  const starts = new Uint32Array(chunkValues + 1);
  for (let i = 0; i < hashes.size; i += 1) {
    const value = hashes.chunk(i, chunk);
    starts[value + 1] = (starts[value + 1] as number) + 1;
  }
  for (let value = 0; value < chunkValues; value += 1) {
    starts[value + 1] = (starts[value + 1] as number) + (starts[value] as number);
  }
  const next = starts.slice();
  const members = new Uint32Array(hashes.size);
  for (let i = 0; i < hashes.size; i += 1) {
    const value = hashes.chunk(i, chunk);
    members[next[value] as number] = i;
    next[value] = (next[value] as number) + 1;
  }
  return { starts, members };
}

function isFoundEarlier(hashes: HashTable, a: number, b: number, chunk: number): boolean {
  for (let earlier = 0; earlier < chunk; earlier += 1) {
    if (countBits(hashes.chunk(a, earlier) ^ hashes.chunk(b, earlier)) <= chunkRadius) return true;
  }
  return false;
}
