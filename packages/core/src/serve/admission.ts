/** @file Who is let in: refused at once is better than answered too late. */
import { TintypeError } from '@tintype/contracts/errors';

export interface AdmissionOptions {
  /** Milliseconds that never go back; default `performance.now`. */
  now?: () => number;
  /** Pictures that are worked on at one time. */
  workers: number;
  /** Pictures that may wait for one of them. */
  queue: number;
  /** One that would wait longer is refused. */
  longestWaitMs: number;
}

/** Weight of the newest interval between two answers. */
const newest = 0.05;
/** One long interval, as when a model is being opened, says little: it counts as this many usual ones at most. */
const mostUsual = 4;
/** Intervals before they are believed. */
const believedAfter = 10;

/**
 * Counts pictures from when they are let in to when they are answered. While all workers are busy, the mean time between two answers says how
 * long a place in the queue lasts.
 */
export class Admission {
  readonly #options: Required<AdmissionOptions>;
  #inside = 0;
  #intervalMs = 0;
  #intervals = 0;
  /** When the interval that is under way began. */
  #mark = 0;

  constructor(options: AdmissionOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  get running(): number {
    return Math.min(this.#inside, this.#options.workers);
  }

  get waiting(): number {
    return this.#inside - this.running;
  }

  /** 0 where a worker is free. */
  get expectedWaitMs(): number {
    const { workers } = this.#options;
    const isKnown = this.#inside >= workers && this.#intervals >= believedAfter;
    return isKnown ? (this.#inside - workers + 1) * this.#intervalMs : 0;
  }

  /** Seconds after which to come again; undefined where there is room. */
  get retryAfterS(): number | undefined {
    const { workers, queue, longestWaitMs } = this.#options;
    const { expectedWaitMs } = this;
    if (this.#inside < workers + queue && expectedWaitMs <= longestWaitMs) return undefined;
    return Math.max(1, Math.ceil(expectedWaitMs / 1000));
  }

  /** Throws OVERLOADED. */
  assertRoom(): void {
    const { retryAfterS } = this;
    if (retryAfterS !== undefined) throw new TintypeError('OVERLOADED', { retryAfterS });
  }

  /** Every `enter` is followed by a `leave`. */
  enter(): void {
    if (this.#inside <= this.#options.workers) this.#mark = this.#options.now();
    this.#inside += 1;
  }

  leave(): void {
    if (this.#inside > this.#options.workers) {
      const now = this.#options.now();
      this.#learn(now - this.#mark);
      this.#mark = now;
    }
    this.#inside -= 1;
  }
  /** The plain mean of the first, then a moving one. */
  #learn(intervalMs: number): void {
    this.#intervals += 1;
    const isEarly = this.#intervals <= believedAfter;
    const counted = isEarly ? intervalMs : Math.min(intervalMs, mostUsual * Math.max(this.#intervalMs, 1));
    this.#intervalMs += (counted - this.#intervalMs) * Math.max(newest, isEarly ? 1 / this.#intervals : 0);
  }
}
