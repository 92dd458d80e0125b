/** @file Work that waits for its turn: of one request, only so much is under way at a time. */

export class Turns {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(width: number) {
    this.#width = width;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#width) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#underWay -= 1;
    }
  }
}
