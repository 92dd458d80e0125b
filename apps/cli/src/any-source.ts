/** @file Sources of `tintype predict`: whatever ingest opens, and http addresses that the person at the terminal typed. */
import type { BucketSettings } from '@tintype/adapters/buckets/open-bucket';
import { createSourceOpener } from '@tintype/adapters/sources/open-bucket-source';
import { TintypeError } from '@tintype/contracts/errors';
import type { OpenPictureSource, PictureSource } from '@tintype/core/ports/picture-source';

const fetchMs = 30_000;

export function createAnySourceOpener(settings: BucketSettings): OpenPictureSource {
  const open = createSourceOpener(settings);
  return async (source, limits) =>
    /^https?:\/\//i.test(source) ? openAddress(source, limits.bytes) : open(source, limits);
}

function openAddress(address: string, limitBytes: number): PictureSource {
  return {
    location: address,
    async *files() {
      yield { path: address, sizeBytes: 0, modifiedAt: 0, read: () => fetchPicture(address, limitBytes) };
    },
  };
}

/** The body of a 200 answer, at most `limitBytes` of it. Throws URL_FAILED or IMAGE_TOO_LARGE. */
async function fetchPicture(address: string, limitBytes: number): Promise<Uint8Array> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(fetchMs), headers: { accept: 'image/*' } });
    if (!response.ok || !response.body)
      throw new TintypeError('URL_FAILED', { reason: `it answers with status ${response.status}` });
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of response.body) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limitBytes) throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (thrown) {
    if (thrown instanceof TintypeError) throw thrown;
    const reason =
      (thrown as Error).name === 'TimeoutError' ? `no answer within ${fetchMs / 1000} s` : 'it cannot be reached';
    throw new TintypeError('URL_FAILED', { reason }, { cause: thrown });
  }
}
