/** @file How long a cloud is waited for, and how often it is asked again: every operation and every body has an end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TintypeError } from '@tintype/contracts/errors';
import { isNamed, isPassing, namedError } from './cloud-failure.ts';

export interface Patience {
  /** For an operation without a body, all its attempts together. */
  answerMs: number;
  /** Time without a byte after which a connection is given up. */
  stallMs: number;
  /** A body slower than this, over the whole of it, is given up. */
  slowestBytesPerSecond: number;
  /** Of one operation, and of one body, the first included. */
  attempts: number;
  /** Longest wait before the second attempt; it doubles with each, and each waits for a random part of it. */
  retryDelayMs: number;
}

export const defaultPatience: Patience = {
  answerMs: 60_000,
  stallMs: 15_000,
  slowestBytesPerSecond: 64 * 1024,
  attempts: 5,
  retryDelayMs: 200,
};

const longestDelayMs = 10_000;

/** For all attempts at an operation whose bodies have this many bytes. */
export function deadlineMs(patience: Patience, sizeBytes: number): number {
  return Math.ceil(patience.answerMs + (sizeBytes / patience.slowestBytesPerSecond) * 1000);
}

/** For one attempt: a server that says nothing is given up sooner than one that is still being told something. */
function attemptMs(patience: Patience, sizeBytes: number): number {
  return Math.ceil(patience.stallMs + (sizeBytes / patience.slowestBytesPerSecond) * 1000);
}

export interface Asking {
  patience: Patience;
  fail: (error: unknown) => TintypeError;
  /** Of the body that is sent. */
  sizeBytes?: number;
  /** Where it has fallen, nothing is asked again. */
  signal?: AbortSignal;
}

/** Asks again where that can help. Throws what `fail` gives. */
export async function askPatiently<T>(
  operation: (signal: AbortSignal) => Promise<T>,
  { patience, fail, sizeBytes = 0, signal }: Asking,
): Promise<T> {
  const endsAt = performance.now() + deadlineMs(patience, sizeBytes);
  for (let failures = 0; ; ) {
    const attempt = new AbortController();
    try {
      const longestMs = Math.min(endsAt - performance.now(), attemptMs(patience, sizeBytes));
      return await withinMs(operation(attempt.signal), longestMs);
    } catch (error) {
      attempt.abort();
      failures += 1;
      // The library corrects the clock by the answer.
      const isMended = failures === 1 && isNamed(error, 'RequestTimeTooSkewed');
      const isOver = failures >= patience.attempts || performance.now() > endsAt || signal?.aborted === true;
      if (isOver || !(isMended || isPassing(error))) throw fail(error);
    }
    await waitBeforeRetry(patience, failures);
  }
}

/** Full jitter: many who failed together do not ask again together. `failures`: 1 after the first. */
export async function waitBeforeRetry(patience: Patience, failures: number): Promise<void> {
  const longestMs = Math.min(longestDelayMs, patience.retryDelayMs * 2 ** (failures - 1));
  await sleep(Math.random() * longestMs);
}

/** Gives the work up, as one that failed in passing, when it takes longer. */
export async function withinMs<T>(work: Promise<T>, longestMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(namedError('TimeoutError')), Math.max(0, longestMs));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // It may fail later, when nobody waits for it any more.
    work.catch(() => undefined);
  }
}
