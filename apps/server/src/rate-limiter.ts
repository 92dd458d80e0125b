/** @file Token buckets by key, at most so many of them: whoever asks from many addresses fills no memory. */

export interface Rate {
  perMinute: number;
  /** That may come at once. */
  burst: number;
}

interface Bucket {
  left: number;
  at: number;
}

const mostKeys = 20_000;

export class RateLimiter {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** Least recently asked first. */
  readonly #buckets = new Map<string, Bucket>();

  /** `now`: milliseconds that never go back. */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Undefined where it may go on; else whole seconds until it may. */
  take(key: string): number | undefined {
    const { perMinute, burst } = this.#rate;
    const at = this.#now();
    const before = this.#buckets.get(key);
    const left = before ? Math.min(burst, before.left + ((at - before.at) / 60_000) * perMinute) : burst;
    const isAllowed = left >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: isAllowed ? left - 1 : left, at });
    this.#forget();
    return isAllowed ? undefined : Math.max(1, Math.ceil(((1 - left) * 60) / perMinute));
  }

  /** What one that was let in cost beyond the one it was counted as: those who come next wait for it. */
  charge(key: string, cost: number): void {
    const bucket = this.#buckets.get(key);
    if (bucket) bucket.left -= cost;
  }

  /** Many at once: finding the oldest of a map costs as much as was deleted before it. */
  #forget(): void {
    if (this.#buckets.size <= mostKeys) return;
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= mostKeys / 2) return;
      this.#buckets.delete(key);
    }
  }
}

/** One network of a subscriber is one address: of IPv6, the first half. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || !address.includes(':')) return mapped ?? address;
  const [head = '', tail = ''] = address.split('%', 1)[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0'), ...back];
  return groups.slice(0, 4).join(':');
}
