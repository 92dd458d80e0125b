/** @file Work of minutes or hours in a process of its own that tells what it does while it does it, and can be asked to stop. */

/** Task name -> what it takes, tells and gives. Values cross by structured clone. */
export type TrainerTable = Record<string, { input: unknown; event: unknown; output: unknown }>;

/** What a task is given besides its input. */
export interface TrainerControl<Event> {
  emit: (event: Event) => void;
  /** Aborted when the task is to put down what it has and to throw CANCELLED. */
  signal: AbortSignal;
}

/** What a trainer module exports as `tasks`. */
export type TrainerFunctions<T extends TrainerTable> = {
  [K in keyof T]: (input: T[K]['input'], control: TrainerControl<T[K]['event']>) => Promise<T[K]['output']>;
};

export interface TrainerOptions<Event> {
  /** One at a time, in the order they were told. What it throws ends the task. */
  onEvent?: (event: Event) => void;
  /** Asks the task to stop; after a minute it is made to. */
  signal?: AbortSignal;
  /** Resident memory at which the process is ended; default nine tenths of what the machine (or its container) has. */
  memoryMb?: number;
  /** Time without an event after which the process is taken for dead; default 10 minutes. */
  silenceMs?: number;
}

/**
 * Every run has a process to itself, which ends with it. It ends with its parent too, however that ends. Errors: what the task threw
 * (TintypeErrors keep code and details), TRAINER_ENDED when its process died or fell silent, CANCELLED.
 */
export interface Trainer<T extends TrainerTable> {
  run<K extends keyof T & string>(
    task: K,
    input: T[K]['input'],
    options?: TrainerOptions<T[K]['event']>,
  ): Promise<T[K]['output']>;
}
