/** @file What parameters are before the first step. */
import { type Shape, sizeOf } from '../graph/shape.ts';
import { createNormal, type Random } from '../random.ts';

/** Values for a parameter of this shape. Weights are [out, in, ...], as PyTorch has them. */
export type Initializer = (random: Random, shape: Shape) => Float32Array;

/** Inputs and outputs of one element of the result: a window counts as many inputs as it has pixels. */
function fansOf(shape: Shape): { fanIn: number; fanOut: number } {
  const [out = 1, channels = 1, ...window] = shape;
  return { fanIn: channels * sizeOf(window), fanOut: out * sizeOf(window) };
}

function fill(shape: Shape, next: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = next();
  return values;
}

const normal =
  (deviationOf: (shape: Shape) => number): Initializer =>
  (random, shape) => {
    const [draw, deviation] = [createNormal(random), deviationOf(shape)];
    return fill(shape, () => deviation * draw());
  };

const uniform =
  (limitOf: (shape: Shape) => number): Initializer =>
  (random, shape) => {
    const limit = limitOf(shape);
    return fill(shape, () => (2 * random() - 1) * limit);
  };

/** By name, so that a layer says which it wants in one word. */
export const initializers = Object.freeze({
  zeros: (_, shape) => new Float32Array(sizeOf(shape)),
  ones: (_, shape) => new Float32Array(sizeOf(shape)).fill(1),
  /** Deviation sqrt(2 / fanOut): keeps the size of gradients through relu (He et al., https://arxiv.org/abs/1502.01852). */
  kaimingNormal: normal((shape) => Math.sqrt(2 / fansOf(shape).fanOut)),
  /** Limit sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
  xavierUniform: uniform((shape) => Math.sqrt(6 / (fansOf(shape).fanIn + fansOf(shape).fanOut))),
  /** Limit 1 / sqrt(fanIn): what PyTorch gives the weights of linear layers and convolutions. */
  fanInUniform: uniform((shape) => 1 / Math.sqrt(fansOf(shape).fanIn)),
  /** Deviation 0.01: classifiers of torchvision. */
  smallNormal: normal(() => 0.01),
  /** Deviation 0.02, drawn again beyond two deviations: vision transformers (https://arxiv.org/abs/2010.11929). */
  truncatedNormal: (random, shape) => {
    const draw = createNormal(random);
    const within = (): number => {
      for (let x = draw(); ; x = draw()) if (Math.abs(x) <= 2) return 0.02 * x;
    };
    return fill(shape, within);
  },
} satisfies Record<string, Initializer>);

export const constantInitializer =
  (value: number): Initializer =>
  (_, shape) =>
    new Float32Array(sizeOf(shape)).fill(value);
