/** @file Work that waits for the work before it, so that together it never takes more than one child from others. */

export type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/** Calls each task when the one before has ended, however that ended. */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task);
    last = next.catch(() => undefined);
    return next;
  };
}
