/** @file A child that has loaded its tasks and waits: it takes the place of one that ended at once, instead of after a start. */
import { type Child, type ChildOptions, startChild } from './start-child.ts';

/** Not while others start or work on what waited for them. */
const startDelayMs = 1000;

export class SpareChild {
  readonly #options: ChildOptions;
  #child: Child | undefined;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  /** Starts one after a while, unless there is one. */
  keep(): void {
    if (this.#isStopped || this.#child || this.#timer) return;
    this.#timer = setTimeout(() => this.#start(), startDelayMs);
    this.#timer.unref();
  }

  /** The spare one, the caller's from now on; it may still be starting, and is ahead of a new one all the same. The next one starts. */
  take(): Child | undefined {
    const child = this.#child;
    this.#child = undefined;
    if (child) this.#start();
    return child?.isEnded() ? undefined : child;
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
    if (this.#child || this.#isStopped) return;
    const child = startChild(this.#options);
    this.#child = child;
    void this.#watch(child);
  }

  async #watch(child: Child): Promise<void> {
    await child.ready.catch(() => child.kill());
    await child.ended;
    // One that ended by itself is missed only when the next one is asked for.
    if (this.#child === child) this.#child = undefined;
  }
}
