/** @file Bodies of objects, read to their end whatever the connection does: cut, stalled and trickled ones are taken up where they ended. */
import { TintypeError } from '@tintype/contracts/errors';
import { namedError } from './cloud-failure.ts';
import { deadlineMs, type Patience, waitBeforeRetry, withinMs } from './patience.ts';

export interface OpenedBody {
  chunks: AsyncIterable<Uint8Array>;
  /** Of this body. */
  sizeBytes: number;
  /** Version of the object. */
  etag: string;
  /** Ends the connection at once. */
  destroy(): void;
}

/** Of a range that begins at the end of its object, or past it. */
export const emptyBody = (): OpenedBody => ({
  chunks: (async function* () {})(),
  sizeBytes: 0,
  etag: '',
  destroy: () => undefined,
});

export interface BodyReading {
  /** The rest of the body after its first `done` bytes, in the version `etag` where one was begun. Throws TintypeError where trying again is in vain. */
  open: (from: { done: number; etag: string | undefined }) => Promise<OpenedBody>;
  fail: (error: unknown) => TintypeError;
  patience: Patience;
}

/** Throws what `open` and `fail` give. */
export async function* readBody({ open, fail, patience }: BodyReading): AsyncGenerator<Uint8Array> {
  const progress: Progress = { done: 0, total: undefined, etag: undefined, waitedMs: 0 };
  for (let failures = 0; ; ) {
    try {
      yield* readOnce(await open(progress), progress, patience);
      return;
    } catch (error) {
      if (error instanceof TintypeError) throw error;
      failures += 1;
      const isLate = progress.waitedMs > deadlineMs(patience, progress.total ?? 0);
      if (failures >= patience.attempts || isLate) throw fail(error);
    }
    await waitBeforeRetry(patience, failures);
  }
}

interface Progress {
  done: number;
  /** Bytes of the whole body. */
  total: number | undefined;
  etag: string | undefined;
  /** Time that was spent waiting for bytes, not for whoever reads them. */
  waitedMs: number;
}

async function* readOnce(body: OpenedBody, progress: Progress, patience: Patience): AsyncGenerator<Uint8Array> {
  try {
    progress.total ??= body.sizeBytes;
    progress.etag ??= body.etag;
    const chunks = body.chunks[Symbol.asyncIterator]();
    const longestMs = deadlineMs(patience, progress.total);
    for (;;) {
      const startedAt = performance.now();
      const chunk = await withinMs(chunks.next(), Math.min(patience.stallMs, longestMs - progress.waitedMs)).finally(
        () => {
          progress.waitedMs += performance.now() - startedAt;
        },
      );
      if (chunk.done && progress.done === progress.total) return;
      if (chunk.done) throw namedError('CutBody');
      progress.done += chunk.value.byteLength;
      if (progress.done > progress.total) throw new Error('The body is longer than it was said to be.');
      yield chunk.value;
    }
  } finally {
    body.destroy();
  }
}

/** All of a body in one piece. */
export async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}
