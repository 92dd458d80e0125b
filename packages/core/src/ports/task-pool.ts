/** @file Work on hostile bytes runs in child processes that may die. A pool gives each task a child, a deadline and an end. */

/** Task name -> what it takes and gives. Values cross by structured clone: plain objects, typed arrays, no functions. */
export type TaskTable = Record<string, { input: unknown; output: unknown }>;

/** What a task module exports as `tasks`: one function per name. */
export type TaskFunctions<T extends TaskTable> = { [K in keyof T]: (input: T[K]['input']) => Promise<T[K]['output']> };

export interface TaskOptions {
  /** Default 30,000. On expiry the child is killed and the task fails with DEADLINE_EXCEEDED. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /** Gives the task a child for itself, so that a failure is surely its own; default false. Does not apply to `prepare`. */
  alone?: boolean;
  /** Fails with its child instead of being tried once more; default false. */
  once?: boolean;
  /** Of `prepare` alone: one child after the other, so that others work meanwhile; default false. */
  inTurn?: boolean;
  /**
   * Of `prepare` alone: tries it in a child that does nothing else first, so that no child that works meets an input that hangs or kills
   * whoever takes it; default false.
   */
  trial?: boolean;
  /**
   * Of `prepare` alone: children that stand by run it too, so that one that takes the place of another has it already. For what costs little
   * memory; default false.
   */
  atHand?: boolean;
}

/**
 * Errors: what the task threw (TintypeErrors keep code and details), CHILD_CRASHED when its child died while it ran alone,
 * DEADLINE_EXCEEDED, OVERLOADED when the queue is full, CANCELLED. Tasks that shared a child that crashed or hung, the one at fault among
 * them, are tried once more, alone.
 */
export interface TaskPool<T extends TaskTable> extends AsyncDisposable {
  run<K extends keyof T & string>(task: K, input: T[K]['input'], options?: TaskOptions): Promise<T[K]['output']>;
  /** Runs a task once in every child, and in every child started later before it gets other work, until replaced under the same `key`. */
  prepare<K extends keyof T & string>(
    key: string,
    task: K,
    input: T[K]['input'],
    options?: TaskOptions,
  ): Promise<T[K]['output'][]>;
  /** Forgets a `prepare`, so that new children start without it. */
  forget(key: string): void;
  readonly size: number;
  /** `ready`: children that take work now. */
  stats(): { running: number; queued: number; restarts: number; ready: number };
}
