/** @file The last answers, so that a picture that is asked for again costs nothing. */

interface Entry<V> {
  value: V;
  sizeBytes: number;
}

export interface AnswerCacheOptions {
  /** 0 keeps nothing. */
  entries: number;
  /** Of all values together; default 64 MiB. */
  bytes?: number;
}

/** The least recently used goes first. Keys say everything that an answer depends on. */
export class AnswerCache<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #mostEntries: number;
  readonly #mostBytes: number;
  #sizeBytes = 0;

  constructor({ entries, bytes = 64 * 2 ** 20 }: AnswerCacheOptions) {
    this.#mostEntries = entries;
    this.#mostBytes = bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** `sizeBytes` is about what the value holds, its key apart. */
  add(key: string, value: V, sizeBytes: number): void {
    if (this.#mostEntries === 0) return;
    this.#remove(key);
    this.#entries.set(key, { value, sizeBytes });
    this.#sizeBytes += sizeBytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#mostEntries && this.#sizeBytes <= this.#mostBytes) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#sizeBytes -= this.#entries.get(key)?.sizeBytes ?? 0;
    this.#entries.delete(key);
  }
}
