/** @file Opens what people point ingest at: a folder, a picture, a .zip, a .tar, a .tar.gz or a .tgz. */
import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { OpenPictureSource, PictureSource } from '@tintype/core/ports/picture-source';
import { systemCode, systemReason } from '../storage-failure.ts';
import { type Archive, type ArchiveKind, archiveKindOf } from './archive.ts';
import { openFolderSource, openSingleFileSource } from './folder-source.ts';
import { localArchive } from './local-archive.ts';
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

  const kind = archiveKindOf(path);
  if (kind) {
    const bytes = localArchive(path);
    return openArchive({ location: path, modifiedAt: stats.mtimeMs, limitBytes: limits.bytes, accepts, bytes }, kind);
  }
  return openSingleFileSource(dirname(path), basename(path), limits);
}

/** Throws ARCHIVE_UNREADABLE, and what its bytes throw. */
export async function openArchive(archive: Archive, kind: ArchiveKind): Promise<PictureSource> {
  return kind === 'zip' ? openZipSource(archive) : openTarSource({ ...archive, isGzipped: kind === 'tar.gz' });
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
