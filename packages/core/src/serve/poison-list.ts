/** @file Pictures that killed or hung a child, remembered by their content hash so that the next time costs nothing. */
import type { ErrorDetails } from '@tintype/contracts/errors';

export type PoisonReason = ErrorDetails<'IMAGE_DECODE_FAILED'>['reason'];

interface Entry {
  reason: PoisonReason;
  strikes: number;
}

/** The pool has tried a picture that crashed twice; one that timed out may have waited for a neighbor in the same child. */
const strikesOf: Record<PoisonReason, number> = { crashed: 2, 'ran out of memory': 2, 'timed out': 1 };
const strikesToRefuse = 2;

/** Holds the last `capacity` (default 1,000). */
export class PoisonList {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;

  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  find(contentHash: string): PoisonReason | undefined {
    const entry = this.#entries.get(contentHash);
    return entry && entry.strikes >= strikesToRefuse ? entry.reason : undefined;
  }

  add(contentHash: string, reason: PoisonReason): void {
    const strikes = (this.#entries.get(contentHash)?.strikes ?? 0) + strikesOf[reason];
    this.#entries.delete(contentHash);
    this.#entries.set(contentHash, { reason, strikes });
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
  }
}
