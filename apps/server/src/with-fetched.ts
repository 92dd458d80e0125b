/** @file The picture behind an address in a JSON body: the api process checks the words, a child of its own fetches. */
import { TintypeError } from '@tintype/contracts/errors';
import { pictureAddressSchema } from '@tintype/contracts/serve';
import type { PictureFetcher } from '@tintype/core/ports/picture-fetcher';
import type { FastifyRequest } from 'fastify';
import type { UploadBudget } from './read-upload.ts';

interface FetchedOptions {
  fetcher: PictureFetcher;
  limitBytes: number;
  budget: UploadBudget;
}

/** Throws VALIDATION_FAILED, and what the fetcher throws; a client that leaves ends the fetch. */
export async function withFetched<T>(
  request: FastifyRequest,
  { fetcher, limitBytes, budget }: FetchedOptions,
  use: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  const parsed = pictureAddressSchema.safeParse(request.body);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, message }));
    throw new TintypeError('VALIDATION_FAILED', { errors });
  }
  const left = new AbortController();
  const leave = (): void => left.abort();
  request.socket.on('close', leave);
  try {
    const bytes = await fetcher.fetch(parsed.data.url, { limitBytes, signal: left.signal });
    budget.take(bytes.length);
    try {
      return await use(bytes);
    } finally {
      budget.give(bytes.length);
    }
  } finally {
    request.socket.off('close', leave);
  }
}
