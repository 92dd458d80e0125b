/** @file Groups of near-duplicates: centered, bounded, independent of order; runs of one brick on a belt stay apart. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Comparable, groupNearDuplicates, largestGroup } from './near-duplicates.ts';
import { computeSimilarity, signatureSide } from './similarity.ts';

interface Picture {
  path: string;
  hash: string;
  /** Where a disk is between left (0) and right (1), and how bright the ground is. */
  position: number;
  ground: number;
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

function aWorld(pictures: readonly Picture[]) {
  const pixels = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const samples = pictures.map(({ path, hash, position, ground }, i): Comparable => {
    const contentHash = sha(`${i} ${path}`);
    pixels.set(contentHash, paint(position, ground));
    return { id: `s_${contentHash.slice(0, 20)}`, contentHash, path, perceptualHash: hash };
  });
  const signature = async (contentHash: string): Promise<Uint8Array> => {
    asked.push(contentHash);
    return pixels.get(contentHash) as Uint8Array;
  };
  const similarity = (a: Comparable, b: Comparable): number =>
    computeSimilarity(pixels.get(a.contentHash) as Uint8Array, pixels.get(b.contentHash) as Uint8Array);
  return { samples, signature, asked, similarity };
}

function paint(position: number, ground: number): Uint8Array {
  const center = 4 + position * (signatureSide - 8);
  return Uint8Array.from({ length: signatureSide ** 2 * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % signatureSide;
    const y = Math.floor(i / 3 / signatureSide);
    const edge = 1 / (1 + Math.exp(Math.hypot(x - center, y - 16) - 6));
    return Math.round(ground * (1 - edge) + 30 * (i % 3) * edge);
  });
}

const oneHash = '0f0f0f0f0f0f0f0f';
const otherHash = 'f0f0f0f0f0f0f0f0';

async function groupPaths(pictures: readonly Picture[]): Promise<string[][]> {
  const { samples, signature } = aWorld(pictures);
  const groups = await groupNearDuplicates(samples, { signature });
  return groups
    .map((group) => group.samples.map((sample) => sample.path).toSorted())
    .toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
}

test('pictures with near hashes and near pixels are one group, with its similarity', async () => {
  const { samples, signature } = aWorld([
    { path: 'a.jpg', hash: oneHash, position: 0.5, ground: 200 },
    { path: 'b.jpg', hash: '0f0f0f0f0f0f0f0e', position: 0.52, ground: 200 },
    { path: 'c.jpg', hash: otherHash, position: 0.5, ground: 200 },
  ]);

  const groups = await groupNearDuplicates(samples, { signature });

  const shared = groups.filter((group) => group.samples.length > 1);
  expect(shared.map((group) => group.samples.map(({ path }) => path).toSorted())).toEqual([['a.jpg', 'b.jpg']]);
  expect(shared[0]?.similarity).toBeGreaterThan(0.94);
});

test('a near hash alone proves nothing: the pixels must agree', async () => {
  const pictures = [0, 1].map((position) => ({ path: `${'ab'[position]}.jpg`, hash: oneHash, position, ground: 200 }));

  expect(await groupPaths(pictures)).toEqual([['a.jpg'], ['b.jpg']]);
});

test('pixels are asked for only where the hash or the name gives a reason', async () => {
  const { samples, signature, asked } = aWorld([
    { path: 'a.jpg', hash: oneHash, position: 0.5, ground: 200 },
    { path: 'b.jpg', hash: otherHash, position: 0.5, ground: 200 },
  ]);

  await groupNearDuplicates(samples, { signature });

  expect(asked).toEqual([]);
});

test('likeness does not chain: a disk that wanders across is several groups, each around a center', async () => {
  const names = Array.from({ length: 30 }, (_, i) => sha(`${i}`).replace(/\d/g, 'x'));
  const { samples, signature, similarity } = aWorld(
    names.map((name, i) => ({ path: `${name}.jpg`, hash: oneHash, position: i / 29, ground: 200 })),
  );

  const groups = await groupNearDuplicates(samples, { signature });

  expect(groups.length).toBeGreaterThan(3);
  for (const { samples: own } of groups) {
    expect(own.some((center) => own.every((one) => similarity(center, one) >= 0.94))).toBe(true);
  }
});

test('frames that follow each other by name are one burst though the first and the last differ', async () => {
  const frames = Array.from({ length: 6 }, (_, i) => ({
    path: `belt/${7 + i}.jpg`,
    hash: i % 2 ? oneHash : '0f0f0f0f0fffffff',
    position: i / 12,
    ground: 200,
  }));
  const brick = { path: 'belt/13.jpg', hash: oneHash, position: 1, ground: 90 };

  expect(await groupPaths([...frames, brick])).toEqual([
    ['belt/10.jpg', 'belt/11.jpg', 'belt/12.jpg', 'belt/7.jpg', 'belt/8.jpg', 'belt/9.jpg'],
    ['belt/13.jpg'],
  ]);
});

test('a name far away, or in another folder, makes no burst', async () => {
  const at = (path: string, position: number): Picture => ({
    path,
    hash: position ? '0f0f0f0f0fffffff' : oneHash,
    position,
    ground: 200,
  });

  expect(await groupPaths([at('a/1.jpg', 0), at('a/9.jpg', 0.15)])).toHaveLength(2);
  expect(await groupPaths([at('a/1.jpg', 0), at('b/2.jpg', 0.15)])).toHaveLength(2);
  expect(await groupPaths([at('a/1.jpg', 0), at('a/2.jpg', 0.15)])).toHaveLength(1);
});

test('hundreds of equal frames fall into groups of bounded size without comparing all with all', async () => {
  const { samples, signature } = aWorld(
    Array.from({ length: 300 }, (_, i) => ({
      path: `${sha(`${i}`).replace(/\d/g, 'x')}.jpg`,
      hash: oneHash,
      position: 0.5,
      ground: 0,
    })),
  );
  let compared = 0;

  const groups = await groupNearDuplicates(samples, { signature, onCompared: (pairs) => (compared = pairs) });

  expect(Math.max(...groups.map((group) => group.samples.length))).toBeLessThanOrEqual(largestGroup);
  expect(groups.length).toBeLessThan(300);
  expect(compared).toBeLessThanOrEqual(300 * 16);
});

test('the same samples give the same groups in whatever order they come, and every sample is in one', async () => {
  const aPicture = fc.record({
    path: fc.integer({ min: 0, max: 12 }).map((n) => `c/${n}.jpg`),
    hash: fc.constantFrom(oneHash, '0f0f0f0f0f0f0f00', otherHash),
    position: fc.integer({ min: 0, max: 6 }).map((n) => n / 6),
    ground: fc.constantFrom(200, 100),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(aPicture, { maxLength: 10 }), fc.infiniteStream(fc.nat()), async (pictures, order) => {
      const { samples, signature } = aWorld(pictures);
      const shuffled = samples
        .map((sample) => ({ sample, key: order.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ sample }) => sample);

      const groups = await groupNearDuplicates(samples, { signature });

      expect(await groupNearDuplicates(shuffled, { signature })).toEqual(groups);
      const ids = groups.flatMap((group) => group.samples.map(({ id }) => id));
      expect(ids.toSorted()).toEqual(samples.map(({ id }) => id).toSorted());
    }),
    { numRuns: 40 },
  );
});

test('what the signature throws is thrown', async () => {
  const { samples } = aWorld([1, 2].map((n) => ({ path: `${n}.jpg`, hash: oneHash, position: 0.5, ground: 200 })));
  const signature = async (): Promise<Uint8Array> => {
    throw new Error('no thumbnail');
  };

  await expect(groupNearDuplicates(samples, { signature })).rejects.toThrow('no thumbnail');
});
