/** @file One batch, start to end: read, augment, normalize, mix. What worker threads run, and what depends on no thread. */
import type { AugmentationPolicy } from '@tintype/contracts/augmentation';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import { augmentPicture } from '@tintype/vision/augment/augment-picture';
import { type Mixing, mixBatch } from '@tintype/vision/augment/mixing';
import { createRandom } from '@tintype/vision/augment/random';
import { toTensor } from '@tintype/vision/to-tensor';
import { PixelReader, type PixelSet } from '../../model/pixel-set.ts';

/** What is the same for all batches of a training: plain values. */
export interface BatchRecipe {
  pixels: PixelSet;
  /** [N] class indices. */
  labels: Int32Array;
  classCount: number;
  /** Pictures of a batch. */
  batch: number;
  /** The model's: size, normalization and channel order of what is made. */
  preprocessing: Preprocessing;
  augmentation: AugmentationPolicy;
  mixing: Mixing;
  seed: number;
}

/** Which batch to make. */
export interface BatchRequest {
  epoch: number;
  step: number;
  /** [batch] positions of its pictures. */
  indices: Int32Array;
}

/** Where a batch is written. */
export interface BatchBuffers {
  /** [batch, 3, heightPx, widthPx] float32, normalized. */
  x: Float32Array;
  /** [batch, classCount] float32, rows sum to 1. */
  targets: Float32Array;
}

export function createBuffers({ batch, classCount, preprocessing: { widthPx, heightPx } }: BatchRecipe): BatchBuffers {
  return { x: new Float32Array(batch * 3 * heightPx * widthPx), targets: new Float32Array(batch * classCount) };
}

/** Keep these numbers apart: a picture's, and a batch's mixing. */
const streams = { picture: 0x706963, mixing: 0x6d6978 };

/** Holds open files and scratch memory; fills any number of batches. */
export class BatchMaker implements Disposable {
  readonly #recipe: BatchRecipe;
  readonly #reader: PixelReader;
  readonly #source;
  readonly #result;
  readonly #meanColor: readonly [number, number, number];

  constructor(recipe: BatchRecipe) {
    const { pixels, preprocessing } = recipe;
    this.#recipe = recipe;
    this.#reader = new PixelReader(pixels);
    this.#source = imageOf(pixels);
    this.#result = imageOf(preprocessing);
    const [first, second, third] = preprocessing.mean.map(toByte) as [number, number, number];
    this.#meanColor = isReversed(preprocessing) ? [third, second, first] : [first, second, third];
  }

  /** Picture `n` of an epoch is augmented by numbers of (seed, epoch, n) alone, a batch is mixed by those of (seed, epoch, step). */
  make({ epoch, step, indices }: BatchRequest, { x, targets }: BatchBuffers): void {
    const { pixels, labels, classCount, batch, preprocessing, augmentation, mixing, seed } = this.#recipe;
    const { widthPx, heightPx } = preprocessing;
    targets.fill(0);
    indices.forEach((index, row) => {
      const random = createRandom(streams.picture, seed, epoch, step * batch + row);
      this.#reader.read(index, this.#source.data);
      const options = { policy: augmentation, random, view: pixels.view, meanColor: this.#meanColor };
      augmentPicture(this.#source, this.#result, options);
      if (isReversed(preprocessing)) swapRedAndBlue(this.#result.data);
      toTensor(this.#result.data, preprocessing, x, row * this.#result.data.length);
      targets[row * classCount + (labels[index] as number)] = 1;
    });
    const random = createRandom(streams.mixing, seed, epoch, step);
    mixBatch({ x, targets, count: indices.length, widthPx, heightPx }, mixing, random);
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}

const imageOf = ({ widthPx, heightPx }: { widthPx: number; heightPx: number }) => ({
  data: new Uint8Array(3 * widthPx * heightPx),
  widthPx,
  heightPx,
});

const toByte = (share: number): number => Math.min(255, Math.max(0, Math.round(255 * share)));
const isReversed = ({ channelOrder }: Preprocessing): boolean => channelOrder === 'BGR';

function swapRedAndBlue(pixels: Uint8Array): void {
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const red = pixels[at] as number;
    pixels[at] = pixels[at + 2] as number;
    pixels[at + 2] = red;
  }
}
