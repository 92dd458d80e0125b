/** @file A child that has loaded its tasks and waits: it takes the place of one that ended at once, instead of after a start. */
import { type Child, type ChildOptions, startChild } from './start-child.ts';

/** Not while others start or work on what waited for them. */
const startDelayMs = 1000;

export class SpareChild {
  readonly #options: ChildOptions;
  #child: Child | undefined;
  #isReady = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Starts one after a while, unless there is one. */
  keep(): void {
    if (this.#isStopped || this.#child || this.#timer) return;
    this.#timer = setTimeout(() => this.#start(), startDelayMs);
    this.#timer.unref();
  }

  /** The spare one, where it is ready; it is the caller's from now on. */
  take(): Child | undefined {
    if (!this.#isReady) return undefined;
    const child = this.#child;
    this.#child = undefined;
    this.#isReady = false;
    return child;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    child?.kill();
    await child?.ended;
  }

  #start(): void {
    this.#timer = undefined;
    const child = startChild(this.#options);
    this.#child = child;
    void this.#watch(child);
  }

  async #watch(child: Child): Promise<void> {
    try {
      await child.ready;
      if (this.#child === child) this.#isReady = true;
    } catch {
      child.kill();
    }
    await child.ended;
    // One that ended by itself is missed only when the next one is asked for.
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#isReady = false;
  }
}
