/** @file A pool of child processes behind the task pool's port: queue, deadlines, retries, respawn. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { TaskOptions, TaskPool, TaskTable } from '@tintype/core/ports/task-pool';
import { toBuilt } from './built-module.ts';
import { ChildSlot, leastBusy } from './child-slot.ts';
import { Preparation } from './preparation.ts';
import { SpareChildren } from './spare-children.ts';
import { type ChildOptions, startChild } from './start-child.ts';
import { settle, type Ticket } from './ticket.ts';
import { tryInChild } from './try-in-child.ts';

export interface TaskPoolOptions {
  /** Module that exports `tasks`: a file URL, an absolute path, or a specifier such as `@tintype/core/model/picture-tasks`. */
  tasks: URL | string;
  /** Children; default one per core. */
  size?: number;
  /** Tasks that a child works on at once; default 2. */
  inFlightPerChild?: number;
  /** Tasks that may wait for a child; one more is refused with OVERLOADED. Default 1,024. */
  maxQueued?: number;
  /** Resident memory of one child, at which it is ended and its task fails; default 1,024. */
  memoryMb?: number;
  /** Below the priority of this process by so much, 0 to 19, as in nice(1); default 0. */
  niceness?: number;
  /** Children that start at once; the others wait for `startAll`. Default all. */
  startWith?: number;
  /** More children that stand by: one takes the place of a child that ended without the time of a start; default 0. */
  spares?: number;
  /** Environment of the children, which inherit nothing. */
  env?: Readonly<Record<string, string>>;
}

export interface StartingTaskPool<T extends TaskTable> extends TaskPool<T> {
  /** Starts the children that `startWith` left out. They are prepared like every child that starts later. */
  startAll(): void;
}

const defaultDeadlineMs = 30_000;

/** Returns at once, with the children starting; tasks wait for them. */
export async function openTaskPool<T extends TaskTable>(options: TaskPoolOptions): Promise<StartingTaskPool<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-children-'));
  return new ForkedTaskPool<T>(folder, options);
}

class ForkedTaskPool<T extends TaskTable> implements StartingTaskPool<T> {
  readonly #folder: string;
  readonly #slots: ChildSlot[];
  readonly #child: ChildOptions;
  readonly #spares: SpareChildren | undefined;
  readonly #maxQueued: number;
  readonly #queue: Ticket[] = [];
  readonly #preparations = new Map<string, Preparation>();
  #isDisposed = false;

  constructor(folder: string, options: TaskPoolOptions) {
    this.#folder = folder;
    this.#maxQueued = options.maxQueued ?? 1024;
    this.#child = {
      tasks: toBuilt(String(options.tasks)),
      memoryMb: options.memoryMb ?? 1024,
      folder,
      niceness: options.niceness ?? 0,
      env: options.env ?? {},
    };
    const { spares: count = 0 } = options;
    const preparations = this.#preparations;
    this.#spares = count > 0 ? new SpareChildren({ child: this.#child, count, preparations }) : undefined;
    const slotOptions = {
      child: this.#child,
      spares: this.#spares,
      inFlight: options.inFlightPerChild ?? 2,
      preparations,
      onFree: () => this.#dispatch(),
      onUnusable: (error: Error) => this.#failIfAllUnusable(error),
    };
    this.#slots = Array.from({ length: options.size ?? availableParallelism() }, () => new ChildSlot(slotOptions));
    for (const slot of this.#slots.slice(0, options.startWith)) slot.begin();
  }

  startAll(): void {
    for (const slot of this.#slots) slot.begin();
  }

  get size(): number {
    return this.#slots.length;
  }

  stats(): ReturnType<TaskPool<T>['stats']> {
    const sum = (of: (slot: ChildSlot) => number): number => this.#slots.reduce((total, slot) => total + of(slot), 0);
    return {
      running: sum((slot) => slot.running),
      queued: this.#queue.length + sum((slot) => slot.waitingAlone),
      restarts: sum((slot) => slot.restarts),
      ready: sum((slot) => (slot.isReady ? 1 : 0)),
    };
  }

  run<K extends keyof T & string>(task: K, input: T[K]['input'], options: TaskOptions = {}): Promise<T[K]['output']> {
    const { deadlineMs = defaultDeadlineMs, signal, alone = false, once = false } = options;
    return new Promise((resolve, reject) => {
      if (this.#isDisposed || signal?.aborted) return reject(new TintypeError('CANCELLED', {}));
      if (this.#queue.length >= this.#maxQueued) return reject(new TintypeError('OVERLOADED', { retryAfterS: 1 }));

      const ticket: Ticket = {
        task,
        input,
        deadlineMs,
        isRetry: once,
        isSettled: false,
        resolve,
        reject,
        onSettled: undefined,
      };
      if (signal) this.#cancelOnAbort(ticket, signal);
      if (alone) leastBusy(this.#slots).addAlone(ticket);
      else this.#queue.push(ticket);
      this.#dispatch();
    });
  }

  async prepare<K extends keyof T & string>(
    key: string,
    task: K,
    input: T[K]['input'],
    options: TaskOptions = {},
  ): Promise<T[K]['output'][]> {
    const { deadlineMs = defaultDeadlineMs, signal, inTurn = false, trial = false, atHand = false } = options;
    if (trial) {
      const child = this.#spares?.take()?.child ?? startChild(this.#child);
      await tryInChild(child, { task, input, deadlineMs, signal });
    }
    if (this.#isDisposed || signal?.aborted) throw new TintypeError('CANCELLED', {});
    const slots = this.#slots.filter((slot) => slot.isBegun);
    const preparation = new Preparation({ task, input, deadlineMs, isAtHand: atHand, slots });
    const before = this.#preparations.get(key);
    // Deleted first, so that a starting child that walks the map comes to the new one.
    this.#preparations.delete(key);
    this.#preparations.set(key, preparation);
    const onAbort = (): void => preparation.fail(new TintypeError('CANCELLED', {}));
    signal?.addEventListener('abort', onAbort, { once: true });

    void this.#prepareAll(preparation, { inTurn });
    try {
      const outputs = await preparation.outputs;
      this.#spares?.follow(preparation);
      return outputs;
    } catch (error) {
      if (this.#preparations.get(key) === preparation) {
        if (before) this.#preparations.set(key, before);
        else this.#preparations.delete(key);
      }
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  forget(key: string): void {
    this.#preparations.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const cancelled = new TintypeError('CANCELLED', {});
    this.#rejectQueued(cancelled);
    for (const preparation of this.#preparations.values()) preparation.fail(cancelled);
    await Promise.all([this.#spares?.stop(), ...this.#slots.map((slot) => slot.stop())]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A child that is still starting comes to it by itself. */
  async #prepareAll(preparation: Preparation, { inTurn }: { inTurn: boolean }): Promise<void> {
    for (const slot of this.#slots) {
      const prepared = slot.prepareIfReady(preparation);
      if (inTurn) await prepared;
    }
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const free = this.#slots.filter((slot) => slot.takesShared);
      if (free.length === 0) return;
      leastBusy(free).start(this.#queue.shift() as Ticket);
    }
  }

  #cancelOnAbort(ticket: Ticket, signal: AbortSignal): void {
    const onAbort = (): void => {
      const queued = this.#queue.indexOf(ticket);
      if (queued >= 0) this.#queue.splice(queued, 1);
      for (const slot of this.#slots) slot.dropAlone(ticket);
      settle(ticket, () => ticket.reject(new TintypeError('CANCELLED', {})));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    ticket.onSettled = () => signal.removeEventListener('abort', onAbort);
  }

  #failIfAllUnusable(error: Error): void {
    if (!this.#slots.every((slot) => slot.isUnusable)) return;
    this.#rejectQueued(error);
    for (const preparation of this.#preparations.values()) preparation.fail(error);
  }

  #rejectQueued(error: Error): void {
    for (const ticket of this.#queue.splice(0)) settle(ticket, () => ticket.reject(error));
  }
}
