/** @file The files of a zip archive. The directory is read by yauzl; each entry's bytes are read, unpacked and checked here when asked for. */
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureSource, SourceFile } from '@tintype/core/ports/picture-source';
import { type Entry, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { systemReason } from '../storage-failure.ts';
import { type Archive, originOf } from './archive.ts';
import { createArchiveCount, isBomb, ratioExceeded } from './archive-limits.ts';
import { createUniquePaths, toEntryPath } from './entry-path.ts';
import { refusedFile, unreadable } from './refused-file.ts';

const inflate = promisify(inflateRaw);

const fileTypeMask = 0o170000;
const plainFileType = 0o100000;
const stored = 0;
const deflated = 8;
const localHeaderBytes = 30;
const localHeaderSignature = 0x04034b50;
/** Packers write more about a file beside it than into the directory. */
const headerSlackBytes = 64;

/** Throws ARCHIVE_UNREADABLE, and what its bytes throw. */
export async function openZipSource(archive: Archive): Promise<PictureSource> {
  const zip = await openZip(archive);
  zip.close();
  return { location: archive.location, files: () => listFiles(archive) };
}

async function openZip({ bytes }: Archive): Promise<ZipFile> {
  try {
    return await bytes.openZip({
      autoClose: false,
      lazyEntries: true,
      decodeStrings: false,
      validateEntrySizes: true,
    });
  } catch (error) {
    throw archiveUnreadable(error);
  }
}

async function* listFiles(archive: Archive): AsyncGenerator<SourceFile> {
  const zip = await openZip(archive);
  try {
    const count = createArchiveCount();
    const toUnique = createUniquePaths();
    for await (const entry of entriesOf(zip)) {
      count(entry.uncompressedSize);
      const file = toSourceFile(archive, entry, toUnique);
      if (file) yield file;
    }
  } finally {
    zip.close();
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  const entries = zip.eachEntry();
  for (;;) {
    const { value, done } = await entries.next().catch((error: unknown) => {
      throw archiveUnreadable(error);
    });
    if (done) return;
    yield value;
  }
}

function toSourceFile(archive: Archive, entry: Entry, toUnique: (path: string) => string): SourceFile | undefined {
  const raw = entry as unknown as { fileNameRaw: Buffer; extraFields: Entry['extraFields'] };
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, raw.fileNameRaw, raw.extraFields, false);
  const { path: shown, isSafe } = toEntryPath(name);
  const type = (entry.externalFileAttributes >>> 16) & fileTypeMask;
  if (name.endsWith('/') && isSafe) return undefined;
  const isPlain = type === 0 || type === plainFileType;
  if (isSafe && isPlain && !archive.accepts(shown)) return undefined;

  const file = { path: toUnique(shown), sizeBytes: entry.uncompressedSize, ...originOf(archive) };
  if (!isSafe || !isPlain) return refusedFile(file, new TintypeError('ARCHIVE_ENTRY_UNSAFE', { entry: shown }));
  return { ...file, read: () => readEntry(archive, entry) };
}

async function readEntry(archive: Archive, entry: Entry): Promise<Uint8Array> {
  const { uncompressedSize, compressedSize, compressionMethod } = entry;
  const sizeBytes = Math.max(uncompressedSize, compressedSize);
  if (isBomb(uncompressedSize, compressedSize)) throw ratioExceeded();
  const { limitBytes } = archive;
  if (sizeBytes > limitBytes) throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes });
  if (entry.isEncrypted()) throw unreadable('it is encrypted');
  if (compressionMethod !== stored && compressionMethod !== deflated)
    throw unreadable('its compression is not supported');
  try {
    const packed = await readPacked(archive, entry);
    const bytes =
      compressionMethod === stored ? packed : await inflate(packed, { maxOutputLength: Math.max(1, uncompressedSize) });
    if (bytes.byteLength !== uncompressedSize || crc32(bytes) !== entry.crc32)
      throw unreadable('it is damaged in the archive');
    return bytes;
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    const isZlib = String((error as { code?: unknown }).code).match(/^(Z_|ERR_BUFFER_TOO_LARGE)/);
    throw unreadable(isZlib ? 'it is damaged in the archive' : systemReason(error), error);
  }
}

/** Header and bytes in one question, where the header is as long as the directory lets expect. */
async function readPacked({ bytes }: Archive, entry: Entry): Promise<Uint8Array> {
  const { fileNameLength, extraFieldLength, compressedSize, relativeOffsetOfLocalHeader: offset } = entry;
  const expected = localHeaderBytes + fileNameLength + extraFieldLength + headerSlackBytes + compressedSize;
  const read = Buffer.from(await bytes.readRange(offset, offset + expected));
  if (read.byteLength < localHeaderBytes || read.readUInt32LE(0) !== localHeaderSignature)
    throw unreadable('it is damaged in the archive');
  const start = localHeaderBytes + read.readUInt16LE(26) + read.readUInt16LE(28);
  const packed =
    start + compressedSize <= expected
      ? read.subarray(start, start + compressedSize)
      : await bytes.readRange(offset + start, offset + start + compressedSize);
  if (packed.byteLength < compressedSize) throw unreadable('it is damaged in the archive');
  return packed;
}

function archiveUnreadable(error: unknown): TintypeError {
  if (error instanceof TintypeError) return error;
  const code = (error as { code?: unknown }).code;
  const reason = typeof code === 'string' ? systemReason(error) : (error as Error).message.replace(/\.$/, '');
  return new TintypeError('ARCHIVE_UNREADABLE', { reason }, { cause: error });
}
