/** @file Slows down guessing: so many tries a minute for one account and one address, and few password hashes at one time. */
import { TintypeError } from '@tintype/contracts/errors';
import { addressKey, RateLimiter } from './rate-limiter.ts';
import { Turns } from './turns.ts';

const perAccount = { perMinute: 5, burst: 5 };
const perAddress = { perMinute: 20, burst: 20 };
/** Each takes 64 MiB and a thread that files are read on too. */
const hashing = { width: 2, mostWaiting: 16 };

export class LoginGuard {
  readonly #accounts: RateLimiter;
  readonly #addresses: RateLimiter;
  readonly #turns = new Turns(hashing);

  constructor(now?: () => number) {
    this.#accounts = new RateLimiter(perAccount, now);
    this.#addresses = new RateLimiter(perAddress, now);
  }

  /** Every try counts, right or wrong. Throws RATE_LIMITED, OVERLOADED, and what `attempt` throws. */
  async run<T>(who: { address: string; account: string }, attempt: () => Promise<T>): Promise<T> {
    const retryAfterS = this.#addresses.take(addressKey(who.address)) ?? this.#accounts.take(who.account.toLowerCase());
    if (retryAfterS !== undefined) throw new TintypeError('RATE_LIMITED', { retryAfterS });
    return this.#turns.take(attempt);
  }
}
