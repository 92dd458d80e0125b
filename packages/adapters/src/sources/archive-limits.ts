/** @file What an archive may hold at most, whatever it says of itself. */
import { TintypeError } from '@tintype/contracts/errors';

export const archiveLimits = {
  entries: 1_000_000,
  /** Unpacked, over all entries. */
  totalBytes: 200 * 2 ** 30,
  /** Unpacked over packed size. Pictures are compressed already; more than this is an attack. */
  ratio: 200,
  /** Below this size no ratio is looked at. */
  ratioFromBytes: 2 ** 20,
};

export function isBomb(unpackedBytes: number, packedBytes: number): boolean {
  return unpackedBytes > archiveLimits.ratioFromBytes && unpackedBytes > packedBytes * archiveLimits.ratio;
}

export function ratioExceeded(): TintypeError {
  return new TintypeError('ARCHIVE_LIMIT_EXCEEDED', { limit: `${archiveLimits.ratio} to 1 compression` });
}

/** Counts entries and their unpacked bytes; throws ARCHIVE_LIMIT_EXCEEDED when the archive as a whole is too large. */
export function createArchiveCount(): (entryBytes: number) => void {
  let entries = 0;
  let totalBytes = 0;
  return (entryBytes) => {
    entries += 1;
    totalBytes += entryBytes;
    if (entries > archiveLimits.entries) {
      throw new TintypeError('ARCHIVE_LIMIT_EXCEEDED', {
        limit: `${archiveLimits.entries.toLocaleString('en-US')} entries`,
      });
    }
    if (totalBytes > archiveLimits.totalBytes) {
      throw new TintypeError('ARCHIVE_LIMIT_EXCEEDED', { limit: '200 GiB unpacked' });
    }
  };
}
