/** @file An archive, wherever its bytes are: which kind it is by its name, and what must be known of it to read it. */
import type { Readable } from 'node:stream';
import type { Options, ZipFile } from 'yauzl';

export interface Archive {
  /** Where it is, for people and across runs. */
  location: string;
  modifiedAt: number;
  /** Of one in a bucket or at an address: another one whenever its content is another. */
  etag?: string;
  /** Longest file of it that is read. */
  limitBytes: number;
  /** Which files are given. */
  accepts: (path: string) => boolean;
  bytes: ArchiveBytes;
}

export interface ArchiveBytes {
  /** The directory of a zip. */
  openZip: (options: Options) => Promise<ZipFile>;
  /** Bytes `[start, end)`; fewer where the archive ends before. */
  readRange: (start: number, end: number) => Promise<Uint8Array>;
  /** All of it, once; `readBytes` tells how much has been read. */
  openStream: () => { stream: Readable; readBytes: () => number };
}

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

/** Undefined where the name is not that of an archive. */
export function archiveKindOf(name: string): ArchiveKind | undefined {
  // A project of Teachable Machine is a zip by another name.
  if (/\.(zip|tm)$/i.test(name)) return 'zip';
  if (/\.tar$/i.test(name)) return 'tar';
  return /\.(tar\.gz|tgz)$/i.test(name) ? 'tar.gz' : undefined;
}

/** Entries count as changed when their archive is, since their own times and sizes say too little. */
export function originOf({ modifiedAt, etag }: Archive): { modifiedAt: number; etag?: string } {
  return { modifiedAt, ...(etag === undefined ? {} : { etag }) };
}
