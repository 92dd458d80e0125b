/** @file Stored bytes as a reply: streamed, cached for good, and inert whatever they claim to be. */
import { Readable } from 'node:stream';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureFormat, PictureLimits } from '@tintype/contracts/picture';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { ObjectStore } from '@tintype/core/ports/object-store';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InTurn } from './in-turn.ts';

export const mediaTypeOf: Record<PictureFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
  heic: 'image/heic',
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
  state(reply, { etag, isFixed });
  if (isKnown(request, etag)) return reply.code(304).send();
  reply.header('content-type', mediaType).header('content-length', String(head.sizeBytes));
  const content = request.method === 'HEAD' ? [] : store.read(key);
  return reply.send(Readable.from(content, { objectMode: false }));
}

interface ForScreen {
  store: ObjectStore;
  pool: Pick<TaskPool<PictureTasks>, 'run'>;
  limits: PictureLimits & { pictureMs: number };
  /** One picture after the other: whoever looks at many holds up no predictions. */
  inTurn: InTurn;
  key: string;
  etag: string;
}

/** Large enough for a light table, small enough to be sent while the next ones are decoded. */
const screenPx = 2048;

/** A JPEG of a stored picture, made each time: browsers keep it. Throws OBJECT_NOT_FOUND, CANCELLED, and what decoding throws; that is kept by nobody. */
export async function sendForScreen(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, pool, limits: { pictureMs: deadlineMs, ...limits }, inTurn, key, etag }: ForScreen,
): Promise<FastifyReply> {
  const make = async (): Promise<Uint8Array> => {
    // Nobody waits any more for pictures that were passed by.
    if (request.raw.socket.destroyed) throw new TintypeError('CANCELLED', {});
    return pool.run('shrink', { bytes: await store.get(key), sizePx: screenPx, limits }, { deadlineMs });
  };
  const jpeg = isKnown(request, etag) ? undefined : await inTurn(make);
  state(reply, { etag, isFixed: true });
  return jpeg ? reply.header('content-type', 'image/jpeg').send(Buffer.from(jpeg)) : reply.code(304).send();
}

/** What every reply with stored bytes says. */
function state(reply: FastifyReply, { etag, isFixed }: { etag: string; isFixed: boolean }): void {
  reply
    .header('etag', `"${etag}"`)
    .header('cache-control', isFixed ? 'private, max-age=31536000, immutable' : 'private, no-cache')
    .header('content-security-policy', "default-src 'none'; sandbox");
}

/** Whether the asker has them already. */
function isKnown(request: FastifyRequest, etag: string): boolean {
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(`"${etag}"`);
}
