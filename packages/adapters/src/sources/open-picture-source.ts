/** @file Opens what people point ingest at: a folder, a picture, a .zip, a .tar, a .tar.gz or a .tgz. */
import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { OpenPictureSource, PictureSource } from '@tintype/core/ports/picture-source';
import { systemCode, systemReason } from '../storage-failure.ts';
import { openFolderSource, openSingleFileSource } from './folder-source.ts';
import { couldBePicture, couldHoldLabels } from './picture-candidates.ts';
import { unreadable } from './refused-file.ts';
import { openTarSource } from './tar-source.ts';
import { openZipSource } from './zip-source.ts';

/** Besides the port's errors: FILE_UNREADABLE where the source may not be read. */
export const openPictureSource: OpenPictureSource = (source, limits) => open(source, limits, couldBePicture);

/** The same sources, but the files in which labels are written; of a file that is neither, the file itself. */
export const openLabelFiles: OpenPictureSource = (source, limits) => open(source, limits, couldHoldLabels);

type Accepts = (path: string) => boolean;

async function open(source: string, limits: { bytes: number }, accepts: Accepts): Promise<PictureSource> {
  const { path, stats } = await locate(source);
  if (stats.isDirectory()) return openFolderSource(path, limits, accepts);

  const archive = { path, modifiedAt: stats.mtimeMs, limitBytes: limits.bytes, accepts };
  // A project of Teachable Machine is a zip by another name.
  if (/\.(zip|tm)$/i.test(path)) return openZipSource(archive);
  if (/\.tar$/i.test(path)) return openTarSource({ ...archive, isGzipped: false });
  if (/\.(tar\.gz|tgz)$/i.test(path)) return openTarSource({ ...archive, isGzipped: true });
  return openSingleFileSource(dirname(path), basename(path), limits);
}

async function locate(source: string): Promise<{ path: string; stats: Stats }> {
  try {
    const path = await realpath(source);
    return { path, stats: await stat(path) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR')
      throw new TintypeError('SOURCE_NOT_FOUND', { source });
    throw unreadable(systemReason(error), error);
  }
}
