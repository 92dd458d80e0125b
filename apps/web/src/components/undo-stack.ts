/** @file What was done and can be taken back, the last first. */

export interface Doable {
  /** As people read it: `12 pictures labeled cat`. */
  label: string;
  /** Rejects where it could not be taken back; then it may be tried again. */
  undo: () => Promise<unknown>;
}

/** How many changes are remembered. */
const limit = 200;

export class UndoStack {
  readonly #done: Doable[] = [];

  push(done: Doable): void {
    this.#done.push(done);
    if (this.#done.length > limit) this.#done.shift();
  }

  pop(): Doable | undefined {
    return this.#done.pop();
  }

  /** Undefined where it was taken back already. */
  remove(done: Doable): Doable | undefined {
    const position = this.#done.indexOf(done);
    return position < 0 ? undefined : this.#done.splice(position, 1)[0];
  }
}
