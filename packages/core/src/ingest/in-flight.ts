/** @file How much is being worked on at once: bounded in files and in bytes, so that memory does not grow with the dataset. */

export class InFlight {
  readonly #limits: { files: number; bytes: number };
  #files = 0;
  #bytes = 0;
  #wake: (() => void) | undefined;

  constructor(limits: { files: number; bytes: number }) {
    this.#limits = limits;
  }

  /** Waits for room. One file always has room, however large. There is one waiter at a time. */
  async enter(sizeBytes: number): Promise<void> {
    while (this.#files > 0 && (this.#files >= this.#limits.files || this.#bytes + sizeBytes > this.#limits.bytes)) {
      await this.#change();
    }
    this.#files += 1;
    this.#bytes += sizeBytes;
  }

  leave(sizeBytes: number): void {
    this.#files -= 1;
    this.#bytes -= sizeBytes;
    this.#wake?.();
  }

  async empty(): Promise<void> {
    while (this.#files > 0) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
