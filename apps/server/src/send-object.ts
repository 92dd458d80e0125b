/** @file Stored bytes as a reply: streamed, cached for good, and inert whatever they claim to be. */
import { Readable } from 'node:stream';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureFormat } from '@tintype/contracts/picture';
import type { ObjectStore } from '@tintype/core/ports/object-store';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const mediaTypeOf: Record<PictureFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
};

interface StoredObject {
  key: string;
  mediaType: string;
  /** Content hash: what is stored under it never changes. */
  etag: string;
  /** Whether the address always leads to these bytes; default true. */
  isFixed?: boolean;
}

/** Throws OBJECT_NOT_FOUND. */
export async function sendObject(
  request: FastifyRequest,
  reply: FastifyReply,
  store: ObjectStore,
  { key, mediaType, etag, isFixed = true }: StoredObject,
): Promise<FastifyReply> {
  const head = await store.find(key);
  if (!head) throw new TintypeError('OBJECT_NOT_FOUND', { key });
  reply
    .header('etag', `"${etag}"`)
    .header('cache-control', isFixed ? 'private, max-age=31536000, immutable' : 'private, no-cache')
    .header('content-security-policy', "default-src 'none'; sandbox");
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(`"${etag}"`)) return reply.code(304).send();
  reply.header('content-type', mediaType).header('content-length', String(head.sizeBytes));
  const content = request.method === 'HEAD' ? [] : store.read(key);
  return reply.send(Readable.from(content, { objectMode: false }));
}
