/** @file Pictures that killed or hung a child, remembered so that the next time costs nothing. */
import { createHash } from 'node:crypto';
import type { ErrorDetails } from '@tintype/contracts/errors';

type Reason = ErrorDetails<'IMAGE_DECODE_FAILED'>['reason'];

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Holds the last `capacity` (default 1,000). Hashes only pictures whose size a listed one has, so the good ones stay cheap. */
export class PoisonList {
  readonly #reasons = new Map<string, Reason>();
  readonly #sizes = new Map<number, number>();
  readonly #capacity: number;

  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  find(bytes: Uint8Array): Reason | undefined {
    return this.#sizes.has(bytes.length) ? this.#reasons.get(`${bytes.length}:${sha256(bytes)}`) : undefined;
  }

  add(bytes: Uint8Array, reason: Reason): void {
    const key = `${bytes.length}:${sha256(bytes)}`;
    if (!this.#reasons.has(key)) this.#count(bytes.length, 1);
    this.#reasons.set(key, reason);
    const oldest = this.#reasons.keys().next().value;
    if (this.#reasons.size <= this.#capacity || oldest === undefined) return;
    this.#reasons.delete(oldest);
    this.#count(Number(oldest.slice(0, oldest.indexOf(':'))), -1);
  }

  #count(sizeBytes: number, step: 1 | -1): void {
    const count = (this.#sizes.get(sizeBytes) ?? 0) + step;
    if (count > 0) this.#sizes.set(sizeBytes, count);
    else this.#sizes.delete(sizeBytes);
  }
}
