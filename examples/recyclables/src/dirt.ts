/** @file What real collections have too: copies, bursts, half-sent and empty files, text named .jpg, a camera held upright. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { countByClass, pathOf, placeOf } from './layout.ts';
import { createRandom } from './random.ts';
import type { RecyclableClass } from './render.ts';
import { recyclableClasses } from './render.ts';

/** Paths relative to the data set's folder. */
export interface WrittenDirt {
  /** Same bytes as another file: one in the same class, one filed under another class. */
  duplicates: { path: string; of: string }[];
  /** Same scene, shifted by a few pixels or encoded again. */
  nearDuplicates: { path: string; of: string }[];
  truncated: string[];
  empty: string[];
  notPictures: string[];
  /** Stored lying, with EXIF orientation 6 that stands it up. */
  turned: string[];
}

export const noDirt = (): WrittenDirt => ({
  duplicates: [],
  nearDuplicates: [],
  truncated: [],
  empty: [],
  notPictures: [],
  turned: [],
});

interface Original {
  className: RecyclableClass;
  path: string;
  bytes: Buffer;
}

/** Adds 12 files, numbered after the clean ones of their class. */
export async function writeDirt(dir: string, options: { count: number; seed: number }): Promise<WrittenDirt> {
  const random = createRandom(options.seed, 'dirt');
  const files = countByClass(options.count);
  const add = async (className: RecyclableClass, bytes: Uint8Array): Promise<string> => {
    const path = pathOf(className, ++files[className]);
    await writeFile(join(dir, path), bytes);
    return path;
  };
  const pick = async (): Promise<Original> => {
    const { className, number } = placeOf(random.integer(0, options.count - 1));
    const path = pathOf(className, number);
    return { className, path, bytes: await readFile(join(dir, path)) };
  };
  const dirt = noDirt();

  const copied = await pick();
  dirt.duplicates.push({ path: await add(copied.className, copied.bytes), of: copied.path });
  const misfiled = await pick();
  const otherClass = random.pick(recyclableClasses.filter((name) => name !== misfiled.className));
  dirt.duplicates.push({ path: await add(otherClass, misfiled.bytes), of: misfiled.path });
  for (let burst = 0; burst < 3; burst++) {
    const { className, path, bytes } = await pick();
    const moved = await shift(bytes, random.integer(1, 4));
    const reencoded = await sharp(bytes).jpeg({ quality: 55 }).toBuffer();
    for (const frame of [moved, reencoded]) dirt.nearDuplicates.push({ path: await add(className, frame), of: path });
  }
  const cut = await pick();
  dirt.truncated.push(await add(cut.className, cut.bytes.subarray(0, Math.floor(cut.bytes.length * 0.4))));
  const { className: emptyClass } = await pick();
  dirt.empty.push(await add(emptyClass, new Uint8Array()));
  const { className: textClass } = await pick();
  dirt.notPictures.push(await add(textClass, Buffer.from('The card was full; please take this picture again.\n')));
  const upright = await pick();
  dirt.turned.push(await add(upright.className, await layDown(upright.bytes)));
  return dirt;
}

/** The next frame of a burst: the window moved, its size kept. */
async function shift(bytes: Buffer, byPx: number): Promise<Buffer> {
  const { width, height } = await sharp(bytes).metadata();
  const moved = sharp(bytes).extract({ left: byPx, top: 0, width: width - byPx, height: height - 1 });
  return moved.resize(width, height, { fit: 'fill' }).jpeg({ quality: 85 }).toBuffer();
}

/** Pixels turned a quarter to the left, and the tag that asks viewers to turn them back. */
async function layDown(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes).rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 88 }).toBuffer();
}
