/** @file The index finds the pairs that comparing all with all finds. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countBits, forEachNearPair, HashTable, largestHammingDistance } from './hamming-pairs.ts';

const aHash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString(16).padStart(16, '0'));
/** A hash and a few that differ from it in some bits. */
const aFamily = fc
  .tuple(aHash, fc.array(fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 14 }), { maxLength: 6 }))
  .map(([hash, flips]) => [hash, ...flips.map((bits) => flip(hash, bits))]);

function flip(hash: string, bits: readonly number[]): string {
  const mask = bits.reduce((all, bit) => all | (1n << BigInt(bit)), 0n);
  return (BigInt(`0x${hash}`) ^ mask).toString(16).padStart(16, '0');
}

async function nearPairs(hashes: readonly string[], distance: number): Promise<string[]> {
  const found: string[] = [];
  await forEachNearPair(new HashTable(hashes), { distance }, (a, b, apart) => found.push(`${a}-${b}:${apart}`));
  return found;
}

function bruteForce(hashes: readonly string[], distance: number): string[] {
  const table = new HashTable(hashes);
  const found: string[] = [];
  for (let b = 0; b < hashes.length; b += 1) {
    for (let a = 0; a < b; a += 1) {
      if (table.distance(a, b) <= distance) found.push(`${a}-${b}:${table.distance(a, b)}`);
    }
  }
  return found;
}

test('every near pair is found exactly once, at every distance the index is good for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aFamily, { maxLength: 5 }),
      fc.integer({ min: 0, max: largestHammingDistance }),
      async (families, distance) => {
        const hashes = families.flat();

        expect((await nearPairs(hashes, distance)).toSorted()).toEqual(bruteForce(hashes, distance).toSorted());
      },
    ),
  );
});

test('a distance that the index would miss pairs at is refused', async () => {
  await expect(nearPairs(['0'.repeat(16)], 12)).rejects.toThrow('at most 11');
});

test('bits are counted in both halves', () => {
  const table = new HashTable(['0000000000000000', 'ffffffffffffffff', '8000000000000001']);

  expect([table.distance(0, 1), table.distance(0, 2), table.distance(1, 2)]).toEqual([64, 2, 62]);
  expect([countBits(0), countBits(-1), countBits(0b1011)]).toEqual([0, 32, 3]);
});
