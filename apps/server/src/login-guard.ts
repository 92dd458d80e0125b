/** @file Slows down guessing: so many tries a minute for one account and one address, and few password hashes at one time. */
import { TintypeError } from '@tintype/contracts/errors';
import { addressKey, RateLimiter } from './rate-limiter.ts';

const perAccount = { perMinute: 5, burst: 5 };
const perAddress = { perMinute: 20, burst: 20 };
/** Each takes 64 MiB and a thread that files are read on too. */
const mostAtOnce = 2;
const mostWaiting = 16;

export class LoginGuard {
  readonly #accounts: RateLimiter;
  readonly #addresses: RateLimiter;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(now?: () => number) {
    this.#accounts = new RateLimiter(perAccount, now);
    this.#addresses = new RateLimiter(perAddress, now);
  }

  /** Every try counts, right or wrong. Throws RATE_LIMITED, OVERLOADED, and what `attempt` throws. */
  async run<T>(who: { address: string; account: string }, attempt: () => Promise<T>): Promise<T> {
    const retryAfterS = this.#addresses.take(addressKey(who.address)) ?? this.#accounts.take(who.account.toLowerCase());
    if (retryAfterS !== undefined) throw new TintypeError('RATE_LIMITED', { retryAfterS });
    await this.#enter();
    try {
      return await attempt();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < mostAtOnce) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= mostWaiting) throw new TintypeError('OVERLOADED', { retryAfterS: 2 });
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
