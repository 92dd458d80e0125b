/** @file Decoded pixels to what a bundle's graph takes: the path of training and serving, by the same code where it needs no sharp. */
import { type BundleManifest, builtInRecipes } from '@tintype/contracts/model';
import { fitPixels, type RgbPixels } from '@tintype/vision/fit-pixels';
import { computeHistograms } from '@tintype/vision/histograms';
import { toTensor } from '@tintype/vision/to-tensor';

export interface GraphInput {
  data: Float32Array;
  /** Of one picture. */
  dims: number[];
}

type Model = Pick<BundleManifest, 'backbone' | 'input'>;

/** A sentence where this page cannot make the input; undefined where it can. */
export function findObstacle({ backbone: { kind, hash, name }, input }: Model): string | undefined {
  if (kind === 'onnx' || kind === 'network')
    return input.kind === 'pixels' ? undefined : `its graph takes the features of ${name}, which are not in it`;
  const recipe = builtInRecipes[kind];
  return hash === recipe ? undefined : `it needs the ${kind} "${hash}", but this page computes "${recipe}"`;
}

export function makeInput(image: RgbPixels, { backbone, input }: Model): GraphInput {
  const { preprocessing, kind, dimensions } = backbone;
  const pixels = fitPixels(image, preprocessing);
  if (kind === 'histograms') return { data: computeHistograms(pixels), dims: [1, dimensions] };
  const data = new Float32Array(pixels.length);
  toTensor(pixels, preprocessing, data);
  return {
    data,
    dims: input.kind === 'features' ? [1, dimensions] : [1, 3, preprocessing.heightPx, preprocessing.widthPx],
  };
}

/** [4] RGBA of an opaque picture to [3] RGB. */
export function dropAlpha({
  data,
  width,
  height,
}: {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}): RgbPixels {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from] as number;
    rgb[to + 1] = data[from + 1] as number;
    rgb[to + 2] = data[from + 2] as number;
  }
  return { data: rgb, widthPx: width, heightPx: height };
}
