/** @file Work that several ask for at one time is done once; it is put down when the last of them has left. */
import { TintypeError } from '@tintype/contracts/errors';

interface Entry<V> {
  readonly done: Promise<V>;
  readonly stop: AbortController;
  waiting: number;
}

export class SharedWork<V> {
  readonly #underWay = new Map<string, Entry<V>>();

  get size(): number {
    return this.#underWay.size;
  }

  isUnderWay(key: string): boolean {
    return this.#underWay.has(key);
  }

  /** Joins the work under `key`, or starts it. Throws CANCELLED for whoever's `signal` aborts, while others wait on. */
  async run(key: string, start: (signal: AbortSignal) => Promise<V>, signal?: AbortSignal): Promise<V> {
    if (signal?.aborted) throw new TintypeError('CANCELLED', {});
    const entry = this.#underWay.get(key) ?? this.#start(key, start);
    entry.waiting += 1;
    try {
      return await (signal ? untilAborted(entry.done, signal) : entry.done);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0) this.#end(key, entry);
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<V>): Entry<V> {
    const stop = new AbortController();
    const entry: Entry<V> = { done: start(stop.signal), stop, waiting: 0 };
    this.#underWay.set(key, entry);
    const end = (): void => this.#end(key, entry);
    entry.done.then(end, end);
    return entry;
  }

  /** A no-op for work that has ended by itself. */
  #end(key: string, entry: Entry<V>): void {
    if (this.#underWay.get(key) !== entry) return;
    this.#underWay.delete(key);
    entry.stop.abort();
  }
}

function untilAborted<V>(done: Promise<V>, signal: AbortSignal): Promise<V> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new TintypeError('CANCELLED', {}));
    signal.addEventListener('abort', onAbort, { once: true });
    done.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
