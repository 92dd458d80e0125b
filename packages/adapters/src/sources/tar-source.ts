/** @file The files of a tar archive, plain or gzipped, in the order they come: each one's bytes are held until it is read. */
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureSource, SourceFile } from '@tintype/core/ports/picture-source';
import { extract, type Header } from 'tar-stream';
import { systemReason } from '../storage-failure.ts';
import { type Archive, originOf } from './archive.ts';
import { createArchiveCount, isBomb, ratioExceeded } from './archive-limits.ts';
import { createUniquePaths, toEntryPath } from './entry-path.ts';
import { refusedFile } from './refused-file.ts';

/** Not in the library's types: archives older than the ustar format are taken too. */
const extractOptions = { allowUnknownFormat: true } as object;

interface Entry extends AsyncIterable<unknown> {
  header: Header & { byteOffset?: number };
}

type TarArchive = Archive & { isGzipped: boolean };

export function openTarSource(archive: TarArchive): PictureSource {
  return { location: archive.location, files: () => listFiles(archive) };
}

async function* listFiles(archive: TarArchive): AsyncGenerator<SourceFile> {
  const { stream: input, readBytes } = archive.bytes.openStream();
  const tar = extract(extractOptions);
  // Failures reach the iterator through the extractor, which the pipeline destroys with them.
  const onEnd = (): void => {};
  if (archive.isGzipped) pipeline(input, createGunzip(), tar, onEnd);
  else pipeline(input, tar, onEnd);

  const count = createArchiveCount();
  const toUnique = createUniquePaths();
  try {
    for await (const entry of tar) {
      count(entry.header.size);
      const bytes = await readEntry(archive, readBytes, entry);
      const file = toSourceFile(archive, entry.header, { bytes, toUnique });
      if (file) yield file;
    }
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    const reason = (error as { code?: unknown }).code === undefined ? (error as Error).message : systemReason(error);
    throw new TintypeError('ARCHIVE_UNREADABLE', { reason: reason.replace(/[.?]$/, '') }, { cause: error });
  } finally {
    input.destroy();
    tar.destroy();
  }
}

/** All bytes of an entry that is wanted; undefined for others and for too large ones, which are passed over. */
async function readEntry(archive: TarArchive, readBytes: () => number, entry: Entry): Promise<Uint8Array | undefined> {
  const { header } = entry;
  const isWanted = isPlain(header.type) && archive.accepts(toEntryPath(header.name).path);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const offset = header.byteOffset ?? 0;
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    sizeBytes += chunk.byteLength;
    if (archive.isGzipped && isBomb(offset + sizeBytes, readBytes())) throw ratioExceeded();
    if (isWanted && sizeBytes <= archive.limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return isWanted && sizeBytes <= archive.limitBytes ? Buffer.concat(chunks) : undefined;
}

function toSourceFile(
  archive: Archive,
  header: Header,
  { bytes, toUnique }: { bytes: Uint8Array | undefined; toUnique: (path: string) => string },
): SourceFile | undefined {
  const { path: shown, isSafe } = toEntryPath(header.name);
  if (header.type === 'directory' && isSafe) return undefined;
  const isUnsafe = !isSafe || !isPlain(header.type);
  if (!isUnsafe && !archive.accepts(shown)) return undefined;

  const sizeBytes = header.size;
  const file = { path: toUnique(shown), sizeBytes, ...originOf(archive) };
  if (isUnsafe) return refusedFile(file, new TintypeError('ARCHIVE_ENTRY_UNSAFE', { entry: shown }));
  if (!bytes)
    return refusedFile(file, new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes: archive.limitBytes }));
  return { ...file, read: () => Promise.resolve(bytes) };
}

function isPlain(type: Header['type']): boolean {
  return type === 'file' || type === 'contiguous-file';
}
