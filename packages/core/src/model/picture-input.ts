/** @file A picture as a backbone takes it: normalized pixels, or features where the backbone is not a graph. */
import type { Backbone } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { preparePixels } from '@tintype/vision/prepare-pixels';
import type { SharedPicture } from '@tintype/vision/shared-picture';
import { toTensor } from '@tintype/vision/to-tensor';
import { builtInFeatures } from './built-in-features.ts';

/**
 * Makes inputs: `[3, heightPx, widthPx]` for an onnx backbone, `[D]` for a built-in one. The only way in training, evaluation and
 * serving. Tensors are used again, so that a picture leaves no 600 KB of garbage.
 */
export class InputMaker {
  readonly #backbone: Backbone;
  readonly #spare: Float32Array[] = [];

  constructor(backbone: Backbone) {
    this.#backbone = backbone;
  }

  /** `use` must be done with the input when it settles. */
  async withInput<T>(
    { bytes, limits, shared }: { bytes: Uint8Array; limits: PictureLimits; shared?: SharedPicture | undefined },
    use: (input: Float32Array) => Promise<T>,
  ): Promise<T> {
    return this.withPixels(await preparePixels(shared ?? bytes, this.#backbone.preprocessing, limits), use);
  }

  /** The same for a grey picture: to try a model with. */
  withGrey<T>(use: (input: Float32Array) => Promise<T>): Promise<T> {
    const { widthPx, heightPx } = this.#backbone.preprocessing;
    return this.withPixels(new Uint8Array(widthPx * heightPx * 3).fill(128), use);
  }

  /** The same for `[heightPx, widthPx, 3]` bytes that `preparePixels` has made for this backbone. */
  async withPixels<T>(pixels: Uint8Array, use: (input: Float32Array) => Promise<T>): Promise<T> {
    const { kind, preprocessing } = this.#backbone;
    const builtIn = builtInFeatures[kind];
    if (builtIn) return use(builtIn.compute(pixels, this.#backbone));
    const tensor = this.#spare.pop() ?? new Float32Array(pixels.length);
    toTensor(pixels, preprocessing, tensor);
    try {
      return await use(tensor);
    } finally {
      this.#spare.push(tensor);
    }
  }
}
