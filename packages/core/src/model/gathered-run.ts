/** @file Inputs that are made one by one and run through a model together. */

interface Waiting<I, O> {
  input: I;
  resolve: (output: O) => void;
  reject: (error: unknown) => void;
}

export interface Place<I, O> {
  /** The output for this input, when all have come. */
  bring: (input: I) => Promise<O>;
  /** A no-op after `bring`. */
  leave: () => void;
}

/** Runs once each of the `count` expected has brought its input or has left without one. */
export class GatheredRun<I, O> {
  readonly #run: (inputs: readonly I[]) => Promise<readonly O[]>;
  readonly #waiting: Waiting<I, O>[] = [];
  #missing: number;

  constructor(count: number, run: (inputs: readonly I[]) => Promise<readonly O[]>) {
    this.#missing = count;
    this.#run = run;
  }

  /** For one of those who are expected. */
  takePlace(): Place<I, O> {
    let isGone = false;
    const arrive = (): void => {
      if (!isGone) this.#arrive();
      isGone = true;
    };
    return {
      bring: (input) =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ input, resolve, reject });
          arrive();
        }),
      leave: arrive,
    };
  }

  #arrive(): void {
    this.#missing -= 1;
    if (this.#missing > 0 || this.#waiting.length === 0) return;
    void this.#runAll(this.#waiting.splice(0));
  }

  async #runAll(all: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.#run(all.map(({ input }) => input));
      for (const [n, { resolve }] of all.entries()) resolve(outputs[n] as O);
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}
