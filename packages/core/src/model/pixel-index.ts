/** @file Where the pixels of pictures are found: shard files and places in them, collected while shards are read and written. */
import { basename, join } from 'node:path';
import type { PixelSet } from './pixel-set.ts';

export interface ShardRows {
  contentHashes: readonly string[];
  /** Where the first of them begins, in bytes. */
  start: number;
  rowBytes: number;
}

/** For these pictures, in this order; the same one may come more than once. */
export class PixelIndex {
  readonly #positions = new Map<string, number[]>();
  readonly #names: string[] = [];
  readonly #file: Int32Array;
  readonly #start: Int32Array;

  constructor(contentHashes: readonly string[]) {
    contentHashes.forEach((hash, n) => {
      const known = this.#positions.get(hash);
      if (known) known.push(n);
      else this.#positions.set(hash, [n]);
    });
    this.#file = new Int32Array(contentHashes.length).fill(-1);
    this.#start = new Int32Array(contentHashes.length);
  }

  /** Different pictures. */
  get count(): number {
    return this.#positions.size;
  }

  isMissing(contentHash: string): boolean {
    const [first] = this.#positions.get(contentHash) ?? [];
    return first !== undefined && this.#file[first] === -1;
  }

  missing(): string[] {
    return [...this.#positions.keys()].filter((hash) => this.isMissing(hash));
  }

  /** Takes what is still missing from the shard stored under `key`. */
  add(key: string, { contentHashes, start, rowBytes }: ShardRows): void {
    const file = this.#names.push(basename(key)) - 1;
    contentHashes.forEach((hash, row) => {
      if (!this.isMissing(hash)) return;
      for (const n of this.#positions.get(hash) ?? []) {
        this.#file[n] = file;
        this.#start[n] = start + row * rowBytes;
      }
    });
  }

  /** `folder` is where the shards lie on this machine. */
  locate(folder: string): Pick<PixelSet, 'files' | 'file' | 'start'> {
    return { files: this.#names.map((name) => join(folder, name)), file: this.#file, start: this.#start };
  }
}
