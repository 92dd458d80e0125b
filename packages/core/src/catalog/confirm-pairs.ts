/** @file Compares pictures by their thumbnails' pixels, a few decodes at a time and in bounded memory. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { computeSimilarity } from './similarity.ts';
import type { Pair } from './star-groups.ts';

/** Pairs compared between two turns of the event loop. */
const batchSize = 128;
const decodesAtOnce = 4;
/** Signatures held at a time, 3 KiB each. */
const heldSignatures = 20_000;

export interface ConfirmOptions {
  /** [32, 32, 3] of a picture. */
  load: (index: number) => Promise<Uint8Array>;
  /** Told after every batch. */
  onCompared?: (pairs: number) => void;
}

export interface Comparer {
  /** The pairs at least `similarity` alike, in the order given. */
  confirm(pairs: Iterable<readonly [number, number]>, options: { similarity: number }): Promise<Pair[]>;
}

export function createComparer({ load, onCompared }: ConfirmOptions): Comparer {
  const held = new Map<number, Uint8Array>();
  let compared = 0;
  return {
    async confirm(pairs, { similarity: limit }) {
      const confirmed: Pair[] = [];
      for (const batch of batches(pairs)) {
        const signatures = await loadAll(batch, held, load);
        for (const [a, b] of batch) {
          const similarity = computeSimilarity(signatures.get(a) as Uint8Array, signatures.get(b) as Uint8Array);
          if (similarity >= limit) confirmed.push({ a, b, similarity });
        }
        compared += batch.length;
        onCompared?.(compared);
        await yieldToEvents();
      }
      return confirmed;
    },
  };
}

function* batches<T>(items: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function loadAll(
  batch: readonly (readonly [number, number])[],
  held: Map<number, Uint8Array>,
  load: (index: number) => Promise<Uint8Array>,
): Promise<Map<number, Uint8Array>> {
  const signatures = new Map<number, Uint8Array>();
  const waiting = [...new Set(batch.flat())];
  const loadNext = async (): Promise<void> => {
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const signature = held.get(index) ?? (await load(index));
      signatures.set(index, signature);
      held.delete(index);
      held.set(index, signature);
    }
  };
  await Promise.all(Array.from({ length: decodesAtOnce }, loadNext));
  for (const oldest of held.keys()) {
    if (held.size <= heldSignatures) break;
    held.delete(oldest);
  }
  return signatures;
}
