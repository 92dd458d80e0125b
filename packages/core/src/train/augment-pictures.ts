/** @file Variations of pictures as files, to look at or to use elsewhere. Training needs none: it makes its own, new ones every epoch. */
import { existsSync } from 'node:fs';
import { link, mkdir, realpath, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { AugmentationPolicy, AugmentReport } from '@tintype/contracts/augmentation';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import { isAboutPicture } from '../model/each-picture.ts';
import { forEachOf } from '../model/for-each-of.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { OpenPictureSource, PictureSource, SourceFile } from '../ports/picture-source.ts';
import type { TaskOptions, TaskPool } from '../ports/task-pool.ts';

export interface AugmentRequest {
  /** A folder, picture or archive. */
  source: string;
  /** Made where it is missing; folders of the source are kept below it. */
  folder: string;
  /** Variations of each picture. */
  count: number;
  policy: AugmentationPolicy;
  seed: number;
  limits: PictureLimits;
  /** Time for four variations of one picture; default 60 s. */
  pictureMs?: number;
  onProgress?: (report: Pick<AugmentReport, 'pictures' | 'written' | 'rejected'>) => void;
  signal?: AbortSignal;
}

const listedRejections = 100;
const inFlightPerChild = 2;
/** Variations that are made of one decode: so many JPEGs are held in memory per picture under way. */
const variationsAtOnce = 4;

/**
 * Writes `NAME_aug_01.jpg` and on. A file that is there already stays as it is, so that a repeated call goes on where the last one
 * stopped. Pictures that cannot be read or decoded are rows. Throws SOURCE_NOT_FOUND, SOURCE_EMPTY, USAGE_INVALID where the folder lies
 * in the source, STORAGE_FAILED, CANCELLED.
 */
export async function augmentPictures(
  { pool, openSource }: { pool: TaskPool<PictureTasks>; openSource: OpenPictureSource },
  request: AugmentRequest,
): Promise<AugmentReport> {
  const { limits, signal } = request;
  const source = await openSource(request.source, { bytes: limits.bytes });
  const folder = await prepareFolder(request, source);
  const report: AugmentReport = { folder, pictures: 0, written: 0, kept: 0, rejected: 0, rejections: [] };
  const augmentOne = async ({ file, name }: NamedFile): Promise<void> => {
    report.pictures += 1;
    try {
      await writeVariations(pool, { ...request, folder, file, name, report });
    } catch (error) {
      if (!isAboutPicture(error)) throw error;
      report.rejected += 1;
      if (report.rejections.length < listedRejections)
        report.rejections.push({ path: file.path, code: error.code, detail: error.message });
    }
    request.onProgress?.(report);
  };
  await forEachOf(nameFiles(source), augmentOne, { width: pool.size * inFlightPerChild, signal });
  if (report.pictures === 0) throw new TintypeError('SOURCE_EMPTY', { source: request.source });
  report.rejections.sort((a, b) => (a.path < b.path ? -1 : 1));
  return report;
}

/** What is written into the source would be read from it. */
async function prepareFolder({ folder, source }: AugmentRequest, { location }: PictureSource): Promise<string> {
  const path = await realpathOfNew(resolve(folder));
  if (path === location || path.startsWith(`${location}${sep}`))
    throw new TintypeError('USAGE_INVALID', { problem: `${folder} lies in ${source}; name a folder outside of it.` });
  await orStorageFailure(path, () => mkdir(path, { recursive: true }));
  return path;
}

/** Links resolved as far as the path exists. */
async function realpathOfNew(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realpathOfNew(dirname(path)), basename(path));
}

interface NamedFile {
  file: SourceFile;
  /** Path of the variations, without number and extension. */
  name: string;
}

/** `a/p.jpg` is `a/p`; where that folder has `p.png`, too, the second one is `a/p.png`. */
async function* nameFiles(source: PictureSource): AsyncGenerator<NamedFile> {
  let folder = '';
  let taken = new Set<string>();
  for await (const file of source.files()) {
    if (dirname(file.path) !== folder) [folder, taken] = [dirname(file.path), new Set()];
    const bare = file.path.replace(/\.[^./]+$/, '');
    const name = taken.has(bare) ? file.path : bare;
    taken.add(name);
    yield { file, name };
  }
}

interface Variations extends AugmentRequest, NamedFile {
  report: AugmentReport;
}

async function writeVariations(pool: TaskPool<PictureTasks>, variations: Variations): Promise<void> {
  const { file, name, folder, count, policy, seed, limits, pictureMs = 60_000, signal, report } = variations;
  const digits = Math.max(2, String(count).length);
  const pathOf = (number: number): string => join(folder, `${name}_aug_${String(number).padStart(digits, '0')}.jpg`);
  const numbers = Array.from({ length: count }, (_, n) => n + 1).filter((number) => !existsSync(pathOf(number)));
  report.kept += count - numbers.length;
  if (numbers.length === 0) return;
  const bytes = await file.read();
  const options: TaskOptions = { deadlineMs: pictureMs, ...(signal ? { signal } : {}) };
  for (let at = 0; at < numbers.length; at += variationsAtOnce) {
    const some = numbers.slice(at, at + variationsAtOnce);
    const pictures = await pool.run('augment', { bytes, policy, seed, numbers: some, limits }, options);
    for (const [n, picture] of pictures.entries()) {
      const isWritten = await writeNew(pathOf(some[n] as number), picture);
      report[isWritten ? 'written' : 'kept'] += 1;
    }
  }
}

/** Whole or not at all; false where the name was taken meanwhile. */
async function writeNew(path: string, bytes: Uint8Array): Promise<boolean> {
  const temporary = `${path}.partial-${process.pid}`;
  return orStorageFailure(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(temporary, bytes);
      await link(temporary, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
  });
}

async function orStorageFailure<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const details = { operation: `Writing ${path}`, reason: (error as Error).message };
    throw new TintypeError('STORAGE_FAILED', details, { cause: error });
  }
}
