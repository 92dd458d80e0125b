/** @file Packed pixels on this machine, read by position: plain values that any thread can be given, and their reader. */
import { closeSync, openSync, readSync } from 'node:fs';
import { TintypeError } from '@tintype/contracts/errors';

/** One `[heightPx, widthPx, 3]` uint8 RGB picture per position. */
export interface PixelSet {
  widthPx: number;
  heightPx: number;
  /** Share of the sides that evaluation sees, in the middle; 1 where it sees all. */
  view: number;
  /** Absolute paths of the shards. */
  files: readonly string[];
  /** [N] index into `files`; -1 where the picture could not be decoded. */
  file: Int32Array;
  /** [N] where in that file the picture begins, in bytes. */
  start: Int32Array;
}

/** The pictures at these positions, in this order. */
export function selectPixels(pixels: PixelSet, positions: readonly number[] | Int32Array): PixelSet {
  const pick = (from: Int32Array): Int32Array => Int32Array.from(positions, (n) => from[n] as number);
  return { ...pixels, file: pick(pixels.file), start: pick(pixels.start) };
}

/** Files kept open by one reader. */
const mostOpen = 64;

/** Blocks while it reads; for threads of their own. */
export class PixelReader implements Disposable {
  readonly #pixels: PixelSet;
  /** File index -> descriptor, the one used last at the end. */
  readonly #open = new Map<number, number>();

  constructor(pixels: PixelSet) {
    this.#pixels = pixels;
  }

  /** Fills `target` with the picture at `position`. Throws STORAGE_FAILED where its shard is gone or short. */
  read(position: number, target: Uint8Array): void {
    const { file, start, files } = this.#pixels;
    const index = file[position] ?? -1;
    if (index < 0) throw new RangeError(`there are no pixels at position ${position}`);
    try {
      const descriptor = this.#descriptorOf(index);
      let done = 0;
      while (done < target.length) {
        const from = (start[position] as number) + done;
        const count = readSync(descriptor, target, done, target.length - done, from);
        if (count === 0) throw new Error('the file ends early');
        done += count;
      }
    } catch (error) {
      const details = { operation: `Reading ${files[index]}`, reason: (error as Error).message };
      throw new TintypeError('STORAGE_FAILED', details, { cause: error });
    }
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #descriptorOf(index: number): number {
    const known = this.#open.get(index);
    const descriptor = known ?? openSync(this.#pixels.files[index] as string, 'r');
    this.#open.delete(index);
    this.#open.set(index, descriptor);
    const [oldest] = this.#open;
    if (this.#open.size > mostOpen && oldest) {
      closeSync(oldest[1]);
      this.#open.delete(oldest[0]);
    }
    return descriptor;
  }
}
