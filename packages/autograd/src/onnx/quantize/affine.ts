/**
 * @file Numbers in 8 bits: x = scale (q - zeroPoint). Activations are uint8 with a zero point, weights int8 without one and with a scale for
 * each output channel (Krishnamoorthi 2018, https://arxiv.org/abs/1806.08342).
 */

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Affine {
  /** A float32 above 0. */
  readonly scale: number;
  /** 0 to 255: what stands for exactly 0, as padding needs. */
  readonly zeroPoint: number;
}

const mostUint8 = 255;

/** The uint8 numbers that cover `range`, widened to hold 0. Of nothing but zeros the scale is 1. */
export function affineOf(range: Range): Affine {
  const [low, high] = [Math.min(0, range.low), Math.max(0, range.high)];
  const scale = Math.fround((high - low) / mostUint8);
  if (!(scale > smallestScale)) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(mostUint8, Math.max(0, roundHalfEven(-low / scale))) };
}

/** Below it the product of two scales is no normal float32 any more. */
const smallestScale = 1e-18;

/** What ONNX Runtime's QuantizeLinear makes of `x`. */
export function quantize(x: number, { scale, zeroPoint }: Affine): number {
  return Math.min(mostUint8, Math.max(0, roundHalfEven(Math.fround(x / scale)) + zeroPoint));
}

export const dequantize = (q: number, { scale, zeroPoint }: Affine): number => Math.fround(scale * (q - zeroPoint));

/** To the nearest whole number, halves to the even one, as IEEE 754 and ONNX round. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export interface ChannelWeights {
  /** In the order of the weights. */
  readonly data: Int8Array;
  /** [channels] */
  readonly scales: Float32Array;
}

export interface ChannelLayout {
  readonly channels: number;
  /** From a weight of a channel to its next one. */
  readonly step: number;
  /** From the first weight of a channel to the first of the next. */
  readonly channelStep: number;
  /**
   * Orders in which a kernel may walk the weights of a channel, in each of which it adds the first and second product, the third and fourth
   * and so on in 16 bits: a number n is every n-th, then every n-th from the second on. Default none: it adds in 32 bits.
   */
  readonly pairedWalks?: readonly number[];
  /** [channels] least scale of each; default none. */
  readonly leastScales?: Float32Array;
}

const mostWeight = 127;

/**
 * Processors without VNNI add two products of an uint8 and an int8 in 16 bits and cut what is above 32,767. Two weights of one sign that are
 * at most 128 together fit, 255 x 128 = 32,640, and so do two of opposite signs: every processor then gives the same sums. Few pairs are
 * above it, and those are brought down; halving all weights, as is usual, costs a bit of each.
 */
const mostPair = 128;

/** Symmetric: 0 stays 0. A channel of zeros has its least scale, or 1. */
export function quantizeChannels(weights: Float32Array, layout: ChannelLayout): ChannelWeights {
  const { channels, leastScales } = layout;
  const each = weights.length / channels;
  const pairs = listPairs(each, layout.pairedWalks ?? []);
  const data = new Int8Array(weights.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    const at = (k: number): number => channel * layout.channelStep + k * layout.step;
    const own = Float32Array.from({ length: each }, (_, k) => weights[at(k)] as number);
    const { scale, q } = quantizeOne(own, { pairs, leastScale: leastScales?.[channel] ?? 0 });
    scales[channel] = scale;
    for (let k = 0; k < each; k += 1) data[at(k)] = q[k] as number;
  }
  return { data, scales };
}

type Pairs = readonly (readonly [number, number])[];

function listPairs(each: number, walks: readonly number[]): Pairs {
  return walks.flatMap((distance) => {
    const order = Array.from({ length: distance }, (_, start) => start).flatMap((start) =>
      Array.from({ length: Math.ceil((each - start) / distance) }, (_, n) => start + n * distance),
    );
    return Array.from({ length: order.length >> 1 }, (_, n) => [order[2 * n], order[2 * n + 1]] as [number, number]);
  });
}

/** The finest scale at which nothing has to be cut. */
function quantizeOne(weights: Float32Array, { pairs, leastScale }: { pairs: Pairs; leastScale: number }) {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const pair = pairs.reduce((most, [i, j]) => Math.max(most, pairOf(weights, i, j)), 0);
  const wanted = Math.fround(Math.max(leastScale, largest / mostWeight, pair / mostPair));
  const scale = wanted > smallestScale ? wanted : 1;
  return { scale, q: roundWithin(weights, scale, pairs) };
}

const pairOf = (weights: Float32Array, i: number, j: number): number => {
  const [a, b] = [weights[i] as number, weights[j] as number];
  return a * b > 0 ? Math.abs(a + b) : 0;
};

const clampWeight = (q: number): number => Math.min(mostWeight, Math.max(-mostWeight, q));

function roundWithin(weights: Float32Array, scale: number, pairs: Pairs): Int8Array {
  const q = Int8Array.from(weights, (weight) => clampWeight(roundHalfEven(weight / scale)));
  for (const [i, j] of pairs) {
    const [a, b] = [q[i] as number, q[j] as number];
    const excess = Math.abs(a + b) - mostPair;
    if (a * b <= 0 || excess <= 0) continue;
    // Half of it from each, and the odd one from the larger.
    const [most, least] = [Math.ceil(excess / 2), Math.floor(excess / 2)];
    const [fromA, fromB] = Math.abs(a) >= Math.abs(b) ? [most, least] : [least, most];
    q[i] = a - Math.sign(a) * fromA;
    q[j] = b - Math.sign(b) * fromB;
  }
  return q;
}
