/** @file Pictures that killed or hung a child, remembered so that the next time costs nothing. */
import { createHash } from 'node:crypto';
import type { ErrorDetails } from '@tintype/contracts/errors';

export type PoisonReason = ErrorDetails<'IMAGE_DECODE_FAILED'>['reason'];

interface Entry {
  sizeBytes: number;
  reason: PoisonReason;
  strikes: number;
}

/** The pool has tried a picture that crashed twice; one that timed out may have waited for a neighbor in the same child. */
const strikesOf: Record<PoisonReason, number> = { crashed: 2, 'ran out of memory': 2, 'timed out': 1 };
const strikesToRefuse = 2;

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Holds the last `capacity` (default 1,000). Hashes only pictures whose size a listed one has, so that good ones stay cheap. */
export class PoisonList {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;

  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  find(bytes: Uint8Array): PoisonReason | undefined {
    const isSuspect = [...this.#entries.values()].some((entry) => entry.sizeBytes === bytes.length);
    const entry = isSuspect ? this.#entries.get(hashOf(bytes)) : undefined;
    return entry && entry.strikes >= strikesToRefuse ? entry.reason : undefined;
  }

  add(bytes: Uint8Array, reason: PoisonReason): void {
    const hash = hashOf(bytes);
    const strikes = (this.#entries.get(hash)?.strikes ?? 0) + strikesOf[reason];
    this.#entries.delete(hash);
    this.#entries.set(hash, { sizeBytes: bytes.length, reason, strikes });
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
  }
}
