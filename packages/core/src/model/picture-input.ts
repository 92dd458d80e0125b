/** @file A picture as a backbone takes it: normalized pixels, or features where the backbone is not a graph. */
import type { Backbone } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { preparePixels } from '@tintype/vision/prepare-pixels';
import { toTensor } from '@tintype/vision/to-tensor';
import { computeHistogramFeatures } from './histogram-backbone.ts';

/** `[3, heightPx, widthPx]` for an onnx backbone, `[D]` for histograms. The only way in training, evaluation and serving. */
export async function toInput(bytes: Uint8Array, limits: PictureLimits, backbone: Backbone): Promise<Float32Array> {
  return pixelsToInput(await preparePixels(bytes, backbone.preprocessing, limits), backbone);
}

/** The same for a grey picture: to try a model with. */
export function greyInput(backbone: Backbone): Float32Array {
  const { widthPx, heightPx } = backbone.preprocessing;
  return pixelsToInput(new Uint8Array(widthPx * heightPx * 3).fill(128), backbone);
}

function pixelsToInput(pixels: Uint8Array, { kind, preprocessing }: Backbone): Float32Array {
  if (kind === 'histograms') return computeHistogramFeatures(pixels);
  const tensor = new Float32Array(pixels.length);
  toTensor(pixels, preprocessing, tensor);
  return tensor;
}
