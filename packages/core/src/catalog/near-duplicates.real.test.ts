/** @file Near-duplicates on real pictures: bricks on one belt. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { analyzePicture } from '@tintype/vision/analyze-picture';
import { preparePixels } from '@tintype/vision/prepare-pixels';
import { expect, test } from 'vitest';
import { type Comparable, groupNearDuplicates, type NearDuplicateGroup } from './near-duplicates.ts';

const data = join(process.env.TINTYPE_SHARED ?? join(import.meta.dirname, '../../../../../shared'), 'data');
const signatureSize = preprocessingSchema.parse({ widthPx: 32, heightPx: 32, resize: 'squash' });

/** Groups of the pictures up to a number in a folder of class folders, byte-equal copies left out. */
async function groupFolder(name: string, { last }: { last: number }): Promise<NearDuplicateGroup[]> {
  const signatures = new Map<string, Uint8Array>();
  const samples: Comparable[] = [];
  for (const className of await readdir(join(data, name))) {
    for (const file of await readdir(join(data, name, className))) {
      if (Number.parseInt(file, 10) > last) continue;
      const bytes = await readFile(join(data, name, className, file));
      const contentHash = createHash('sha256').update(bytes).digest('hex');
      if (signatures.has(contentHash)) continue;
      const { perceptualHash, thumbnail } = await analyzePicture(bytes);
      signatures.set(contentHash, await preparePixels(thumbnail, signatureSize));
      samples.push({ id: `s_${contentHash.slice(0, 20)}`, contentHash, path: `${className}/${file}`, perceptualHash });
    }
  }
  return groupNearDuplicates(samples, { signature: async (hash) => signatures.get(hash) as Uint8Array });
}

const isMissing = (name: string): boolean => !existsSync(join(data, name));
const classesOf = (group: NearDuplicateGroup): number =>
  new Set(group.samples.map(({ path }) => path.split('/')[0])).size;

test.skipIf(isMissing('lego'))(
  'runs of one brick on a belt are told apart (skipped where the pictures are not)',
  async () => {
    const groups = await groupFolder('lego', { last: 150 });

    const groupOf = new Map(groups.flatMap((group, i) => group.samples.map(({ path }) => [path, i] as const)));
    const run = (className: string, from: number, to: number): Set<number | undefined> =>
      new Set(Array.from({ length: to - from + 1 }, (_, i) => groupOf.get(`${className}/${from + i}.jpg`)));
    expect(Math.max(...groups.map((group) => group.samples.length))).toBeLessThanOrEqual(40);
    expect(groups.length).toBeGreaterThan(90);
    expect(groups.length).toBeLessThan(170);
    expect(groups.filter((group) => classesOf(group) > 1).length).toBeLessThanOrEqual(3);
    // A white brick, then a purple one, then a yellow one.
    expect(run('3004-brick-1x2', 58, 62).size).toBe(1);
    expect(run('3004-brick-1x2', 64, 65).size).toBe(1);
    expect(run('3004-brick-1x2', 69, 71).size).toBe(1);
    expect(run('3004-brick-1x2', 63, 69).size).toBeGreaterThan(2);
  },
  60_000,
);
