/** @file A data set of made-up recyclables in class folders, with the dirt of real collections when asked for. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WrittenDirt } from './dirt.ts';
import { noDirt, writeDirt } from './dirt.ts';
import { countByClass, pathOf, placeOf } from './layout.ts';
import type { RecyclableClass, RenderRequest } from './render.ts';
import { recyclableClasses, renderRecyclable } from './render.ts';

export interface DatasetOptions {
  /** Clean pictures, spread evenly over the classes. */
  count: number;
  /** A whole number; default 1. */
  seed?: number;
  /** Longer side, 64 to 1024; default 256. */
  sizePx?: number;
  /** Class folders; the only layout so far. */
  layout?: 'folders';
  /** Adds copies, bursts, damaged files and a turned picture; default false. */
  dirt?: boolean;
  /** Draws a picture; default `renderRecyclable`. For whoever keeps drawn ones. */
  render?: (request: RenderRequest) => Promise<Uint8Array>;
  /** Called after each clean picture. */
  onProgress?: (progress: { written: number; count: number }) => void;
}

export interface WrittenDataset {
  /** Clean pictures per class. */
  clean: Record<RecyclableClass, number>;
  /** What `dirt` added; all lists are empty without it. */
  dirt: WrittenDirt;
  /** Clean and dirty files together. */
  files: number;
}

/** Enough that sharp's threads never wait for the drawing. */
const concurrency = 4;

/** Writes DIR/CLASS/CLASS_00001.jpg and so on, over files of the same names. Throws RangeError for a count under 1. */
export async function writeDataset(dir: string, options: DatasetOptions): Promise<WrittenDataset> {
  const { count, seed = 1, sizePx = 256, dirt = false, render = renderRecyclable, onProgress } = options;
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`count is ${count}, not a whole number from 1.`);
  for (const className of recyclableClasses) await mkdir(join(dir, className), { recursive: true });

  let next = 0;
  let written = 0;
  const writeRest = async (): Promise<void> => {
    while (next < count) {
      const position = next++;
      const { className, number } = placeOf(position);
      const jpeg = await render({ className, seed: seed * 1_000_003 + position, sizePx });
      await writeFile(join(dir, pathOf(className, number)), jpeg);
      onProgress?.({ written: ++written, count });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, writeRest));

  const added = dirt ? await writeDirt(dir, { count, seed }) : noDirt();
  const addedFiles = Object.values(added).reduce((sum, list) => sum + list.length, 0);
  return { clean: countByClass(count), dirt: added, files: count + addedFiles };
}
