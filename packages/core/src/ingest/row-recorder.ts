/** @file Records finished files in the order of the source, many to a transaction: what is recorded is always a beginning of the source. */
import type { IngestRow } from '../ports/catalog.ts';
import type { SourceFile } from '../ports/picture-source.ts';

export interface FinishedFile {
  file: SourceFile;
  row: IngestRow;
}

/** A file's turn to be recorded, taken before work on it starts. */
export interface Turn {
  finished?: FinishedFile;
}

export interface RowRecorderOptions {
  /** One transaction. Files are counted, and originals deleted, only after it. */
  record: (files: readonly FinishedFile[]) => Promise<void>;
  onFailure: (error: unknown) => void;
}

const rowsPerBatch = 64;
const longestDelayMs = 200;
/** Files that may wait behind a slow one. */
const mostTurns = 4096;

export class RowRecorder {
  readonly #options: RowRecorderOptions;
  readonly #turns: Turn[] = [];
  #ready: FinishedFile[] = [];
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  constructor(options: RowRecorderOptions) {
    this.#options = options;
  }

  /** Waits while too many files wait behind a slow one. */
  async takeTurn(): Promise<Turn> {
    while (this.#turns.length >= mostTurns && !this.#hasFailed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const turn: Turn = {};
    this.#turns.push(turn);
    return turn;
  }

  finish(turn: Turn, finished: FinishedFile): void {
    turn.finished = finished;
    while (this.#turns[0]?.finished) this.#ready.push(this.#turns.shift()?.finished as FinishedFile);
    this.#wake?.();
    if (this.#ready.length >= rowsPerBatch) this.#write();
    else if (this.#ready.length > 0) this.#timer ??= setTimeout(() => this.#write(), longestDelayMs);
  }

  /** Records what is finished and passes over what is not. Failures go to `onFailure`. */
  async close(): Promise<void> {
    for (const { finished } of this.#turns.splice(0)) if (finished) this.#ready.push(finished);
    this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const files = this.#ready;
    this.#ready = [];
    if (files.length > 0) this.#writing = this.#writeAfter(this.#writing, files);
  }

  async #writeAfter(before: Promise<void>, files: readonly FinishedFile[]): Promise<void> {
    await before;
    if (this.#hasFailed) return;
    try {
      await this.#options.record(files);
    } catch (error) {
      this.#hasFailed = true;
      this.#wake?.();
      this.#options.onFailure(error);
    }
  }
}
