/** @file An archive at an address, read where it is, a part at a time, by the process that reaches nothing but the public internet. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import type { FetchedPart, PartFetcher } from '@tintype/core/ports/picture-fetcher';
import type { PictureSource } from '@tintype/core/ports/picture-source';
import { archiveKindOf } from './archive.ts';
import { openArchive } from './open-picture-source.ts';
import { couldBePicture } from './picture-candidates.ts';
import { remoteArchive } from './remote-archive.ts';

/** Every part is asked for over a connection of its own. */
const partBytes = 4 * 2 ** 20;
const partsKept = 8;
const attempts = 4;
const retryDelayMs = 500;

/** Throws USAGE_INVALID where the address is not that of an archive, URL_REFUSED, ARCHIVE_UNREADABLE. */
export async function openAddressArchive(
  address: string,
  { fetcher, bytes: limitBytes }: { fetcher: PartFetcher; bytes: number },
): Promise<PictureSource> {
  const kind = URL.canParse(address) ? archiveKindOf(new URL(address).pathname) : undefined;
  if (!kind) {
    const problem = 'Only archives are taken from an address: .zip, .tar, .tar.gz and .tgz.';
    throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype ingest' });
  }
  const { sizeBytes, tag } = await fetchPatiently(fetcher, address, { start: 0, end: 1 });
  const readRange = async (start: number, end: number): Promise<Uint8Array> => {
    const part = await fetchPatiently(fetcher, address, { start, end });
    if (part.tag !== tag || part.sizeBytes !== sizeBytes)
      throw new TintypeError('ARCHIVE_UNREADABLE', { reason: 'it was changed while it was read' });
    return part.bytes;
  };
  const bytes = remoteArchive(
    {
      sizeBytes,
      readRange,
      async *read() {
        const ask = (start: number): Promise<Uint8Array> => readRange(start, Math.min(sizeBytes, start + partBytes));
        // The next part is under way while one is read.
        for (let next = ask(0), start = 0; start < sizeBytes; start += partBytes) {
          const part = await next;
          if (start + partBytes < sizeBytes) next = ask(start + partBytes);
          next.catch(() => undefined);
          yield part;
        }
      },
    },
    { blockBytes: partBytes, blocksKept: partsKept },
  );
  // What is asked of the address (a signature, a token) is nobody's business later.
  const { origin, pathname } = new URL(address);
  const etag = tag === '' ? `${sizeBytes}` : tag;
  return openArchive(
    { location: `${origin}${pathname}`, modifiedAt: 0, etag, limitBytes, accepts: couldBePicture, bytes },
    kind,
  );
}

async function fetchPatiently(
  fetcher: PartFetcher,
  address: string,
  range: { start: number; end: number },
): Promise<FetchedPart> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await fetcher.fetchPart(address, range);
    } catch (error) {
      if (!(error instanceof TintypeError && error.code === 'URL_FAILED')) throw error;
      const { reason } = (error as TintypeError<'URL_FAILED'>).details;
      if (failures === attempts || /status 4(?!08|29)|no parts/.test(reason))
        throw new TintypeError('ARCHIVE_UNREADABLE', { reason }, { cause: error });
    }
    await sleep(retryDelayMs * failures);
  }
}
