/** @file What queues of all clouds share: how long is waited for a message, and how long one that was received stays with who received it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** After this time, what was received and not settled comes again, to whoever asks. */
export const keptMs = 300_000;

/** An empty answer that came sooner than was asked for is not followed by the next question at once. */
const shortestIdleMs = 1_000;

/** Gives what `ask` gives; nothing where the signal fell. */
export async function receiveUnlessAborted<T>(
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
  ask: () => Promise<T[]>,
): Promise<T[]> {
  if (signal.aborted) return [];
  const startedAt = performance.now();
  try {
    const received = await ask();
    const leftMs = Math.min(waitMs, shortestIdleMs) - (performance.now() - startedAt);
    if (received.length === 0 && leftMs > 0) await sleep(leftMs, undefined, { signal });
    return received;
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}

export function* chunksOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
