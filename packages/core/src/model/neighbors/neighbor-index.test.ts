/** @file The index of training pictures: what it finds, what it calls unusual, and what it refuses to read. */
import { createHash } from 'node:crypto';
import { createNormal, createRandom } from '@tintype/autograd/random';
import { expect, test } from 'vitest';
import { renderSafetensors } from '../formats/write-safetensors.ts';
import { buildNeighborIndex, sampleBalanced } from './build-neighbor-index.ts';
import { type NeighborIndex, parseNeighborIndex, renderNeighborIndex, searchNeighbors } from './neighbor-index.ts';

const dimensions = 100;
const hashOf = (n: number): string => createHash('sha256').update(String(n)).digest('hex');

/** `count` rows of two classes: noise of 0.1 around ten for the first class in the even features, for the second in the odd ones. */
function someRows(count: number, seed: string): Float32Array {
  const normal = createNormal(createRandom(seed));
  return Float32Array.from({ length: count * dimensions }, (_, at) => {
    const [n, d] = [Math.floor(at / dimensions), at % dimensions];
    return (n % 2 === d % 2 && d < 20 ? 10 : 0) + 0.1 * normal();
  });
}

const pictures = (count: number, seed = 'train') => ({
  rows: someRows(count, seed),
  dimensions,
  classIndices: Array.from({ length: count }, (_, n) => n % 2),
  contentHashes: Array.from({ length: count }, (_, n) => hashOf(n)),
});

async function anIndex(): Promise<NeighborIndex> {
  const index = await buildNeighborIndex(pictures(300), { rows: someRows(99, 'validation') });
  if (!index) throw new Error('there are pictures');
  return index;
}

test('a picture of the index finds itself first, then others of its class', async () => {
  const index = await anIndex();
  const own = someRows(300, 'train').subarray(7 * dimensions, 8 * dimensions);

  const { neighbors } = searchNeighbors(own, index, 5);

  expect(neighbors[0]).toMatchObject({ contentHash: hashOf(7), classIndex: 1 });
  expect(neighbors[0]?.similarity).toBeCloseTo(1, 5);
  expect(neighbors.map(({ classIndex }) => classIndex)).toEqual([1, 1, 1, 1, 1]);
  const similarities = neighbors.map(({ similarity }) => similarity);
  expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
});

test('a picture like those of the training is usual, another kind is not, however long its features are', async () => {
  const index = await anIndex();
  const usual = someRows(1, 'new');
  const strange = Float32Array.from({ length: dimensions }, (_, d) => (d >= 60 && d < 80 ? 10 : 0));

  expect(searchNeighbors(usual, index, 1).typicality).toBeGreaterThan(0.02);
  expect(searchNeighbors(strange, index, 1).typicality).toBe(1 / 100);
  expect(
    searchNeighbors(
      usual.map((value) => 3 * value),
      index,
      1,
    ).typicality,
  ).toBeGreaterThan(0.02);
});

test('of pictures like those of validation, about the share that is asked for is unusual', async () => {
  const index = await anIndex();
  const rows = someRows(1000, 'test');

  const unusual = Array.from({ length: 1000 }, (_, n) => {
    const features = rows.subarray(n * dimensions, (n + 1) * dimensions);
    return searchNeighbors(features, index, 0).typicality <= 0.1;
  }).filter(Boolean);

  expect(unusual.length).toBeGreaterThan(40);
  expect(unusual.length).toBeLessThan(190);
});

test('equal pictures give equal bytes, and what is read back is what was written', async () => {
  const index = await anIndex();

  const bytes = renderNeighborIndex(index);

  expect(Buffer.compare(renderNeighborIndex(await anIndex()), bytes)).toBe(0);
  expect(await parseNeighborIndex(bytes, { classes: 2 })).toEqual(index);
});

test('features of another length are not searched', async () => {
  const index = await anIndex();

  expect(() => searchNeighbors(new Float32Array(3), index, 1)).toThrow('3 features where 100 are indexed');
});

test.each<[string, (index: NeighborIndex) => Uint8Array, RegExp]>([
  ['a file of another kind', () => renderSafetensors(new Map()), /not an index/],
  ['fewer pictures than it names', (index) => renderNeighborIndex({ ...index, contentHashes: [] }), /not an index/],
  [
    'classes that the model does not have',
    (index) => renderNeighborIndex({ ...index, classIndices: index.classIndices.map((at) => at + 5) }),
    /other classes/,
  ],
  [
    'components of another length',
    (index) =>
      renderSafetensors(
        new Map([
          ['mean', { shape: [2], data: new Float32Array(2) }],
          ['basis', { shape: [1, 3], data: index.basis.slice(0, 3) }],
          ['residuals', { shape: [1], data: new Float32Array(1) }],
          ['class_indices', { shape: [1], data: new Float32Array(1) }],
        ]),
        { format: 'tintype-neighbors-1', content_hashes: hashOf(1) },
      ),
    /no basis/,
  ],
  ['no safetensors file', () => new Uint8Array(100), /.*/],
])('%s is refused', async (_, make, words) => {
  const index = await anIndex();

  await expect(parseNeighborIndex(make(index), { classes: 2 })).rejects.toThrow(words);
});

test('without training pictures there is no index, with one there is', async () => {
  expect(await buildNeighborIndex(pictures(0), { rows: new Float32Array(0) })).toBeUndefined();
  const one = await buildNeighborIndex(pictures(1), { rows: new Float32Array(0) });

  expect(searchNeighbors(someRows(1, 'train'), one as NeighborIndex, 3).neighbors).toHaveLength(1);
});

test('a sample has all of a small class and equally many of large ones', () => {
  const classIndices = [
    ...new Array<number>(5).fill(0),
    ...new Array<number>(100).fill(1),
    ...new Array<number>(50).fill(2),
  ];
  const contentHashes = classIndices.map((_, n) => hashOf(n));

  const chosen = sampleBalanced({ classIndices, contentHashes }, 45);

  const counts = [0, 1, 2].map((wanted) => chosen.filter((n) => classIndices[n] === wanted).length);
  expect(counts).toEqual([5, 20, 20]);
  expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
  expect(chosen).not.toEqual(Array.from({ length: 45 }, (_, n) => n));
});
