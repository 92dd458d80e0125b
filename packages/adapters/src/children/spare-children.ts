/** @file Children that stand by: their tasks are loaded and what is wanted at hand is prepared, so that one takes the place of another by being given work. */
import type { Preparation } from './preparation.ts';
import { type Child, type ChildOptions, startChild } from './start-child.ts';

export interface SpareOptions {
  child: ChildOptions;
  /** Kept at a time. */
  count: number;
  /** Of the pool, in their order; spares run those that all have accepted and that are wanted at hand. */
  preparations: ReadonlyMap<string, Preparation>;
}

/** A child, and what it was asked to prepare before it had a place. */
export interface PreparedChild {
  child: Child;
  begun: ReadonlyMap<Preparation, Promise<unknown>>;
}

interface Spare extends PreparedChild {
  begun: Map<Preparation, Promise<unknown>>;
  /** Whether it has prepared all there was when it started. */
  isWarm: boolean;
  /** What it does, one after the other. Never rejects. */
  work: Promise<void>;
}

/** Not while others start or work on what waited for them. */
const startDelayMs = 1000;

export class SpareChildren {
  readonly #options: SpareOptions;
  /** In the order in which they started. */
  readonly #spares: Spare[] = [];
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SpareOptions) {
    this.#options = options;
  }

  /** Starts what is missing after a while, one at a time. */
  keep(): void {
    if (this.#isStopped || this.#timer || this.#spares.length >= this.#options.count) return;
    this.#timer = setTimeout(() => this.#start(), startDelayMs);
    this.#timer.unref();
  }

  /** The first that started, the caller's from now on; it may still be starting, and is ahead of a new one all the same. The next one starts. */
  take(): PreparedChild | undefined {
    const spare = this.#spares.shift();
    if (spare) this.#start();
    return spare?.child.isEnded() ? undefined : spare;
  }

  /** What all others have just accepted. */
  follow(preparation: Preparation): void {
    for (const spare of this.#spares) {
      const known = new Set(this.#options.preparations.values());
      for (const old of spare.begun.keys()) if (!known.has(old)) spare.begun.delete(old);
      this.#enqueue(spare, async () => this.#prepare(spare, preparation));
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const children = this.#spares.splice(0).map(({ child }) => child);
    for (const child of children) child.kill();
    await Promise.all(children.map(({ ended }) => ended));
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isStopped || this.#spares.length >= this.#options.count) return;
    const child = startChild(this.#options.child);
    const spare: Spare = { child, begun: new Map(), isWarm: false, work: Promise.resolve() };
    this.#spares.push(spare);
    // One that ended by itself is missed only when the next one is asked for.
    void child.ended.then(() => this.#drop(spare));
    this.#enqueue(spare, () => this.#warm(spare));
  }

  async #warm(spare: Spare): Promise<void> {
    await spare.child.ready;
    // The map may change meanwhile; its iterator follows.
    for (const preparation of this.#options.preparations.values()) await this.#prepare(spare, preparation);
    spare.isWarm = true;
    if (this.#spares.every(({ isWarm }) => isWarm)) this.keep();
  }

  #enqueue(spare: Spare, step: () => Promise<void>): void {
    // Whoever takes it meets the failure again; until then a spare that cannot do what others do is none.
    spare.work = spare.work.then(step).catch(() => {
      if (this.#spares.includes(spare)) spare.child.kill();
    });
  }

  async #prepare(spare: Spare, preparation: Preparation): Promise<void> {
    const { task, input, deadlineMs, isAccepted, isAtHand } = preparation;
    // One that was taken is prepared by whoever has it.
    if (!isAccepted || !isAtHand || spare.begun.has(preparation) || !this.#spares.includes(spare)) return;
    const done = spare.child.call(task, input);
    done.catch(() => undefined);
    spare.begun.set(preparation, done);
    const timer = setTimeout(() => spare.child.kill(), deadlineMs);
    try {
      await done;
    } finally {
      clearTimeout(timer);
    }
  }

  #drop(spare: Spare): void {
    const index = this.#spares.indexOf(spare);
    if (index >= 0) this.#spares.splice(index, 1);
  }
}
