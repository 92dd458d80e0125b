/** @file Work that waits for its turn: only so much is under way at a time. */
import { TintypeError } from '@tintype/contracts/errors';

export interface TurnsOptions {
  /** Under way at once. */
  width: number;
  /** One more that would wait is refused; default no bound. */
  mostWaiting?: number;
}

export class Turns {
  readonly #options: Required<TurnsOptions>;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(options: TurnsOptions) {
    this.#options = { mostWaiting: Number.POSITIVE_INFINITY, ...options };
  }

  /** Throws OVERLOADED, and what `work` throws. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#underWay -= 1;
    }
  }

  async #enter(): Promise<void> {
    if (this.#underWay < this.#options.width) {
      this.#underWay += 1;
      return;
    }
    if (this.#waiting.length >= this.#options.mostWaiting) throw new TintypeError('OVERLOADED', { retryAfterS: 2 });
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
