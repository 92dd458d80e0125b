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
 * at most 128 together fit, 255 x 128 = 32,640, and so do two of opposite signs: every processor then gives the same sums. The scale of a
 * channel is coarser where a pair needs it, by a tenth to a fifth in MobileNetV2; weights of at most 64, the usual way, make all twice as coarse.
 */
const mostPair = 128;

/** Symmetric: 0 stays 0. A channel of zeros has its least scale, or 1. */
export function quantizeChannels(weights: Float32Array, layout: ChannelLayout): ChannelWeights {
  const { channels, step, channelStep, leastScales } = layout;
  const each = weights.length / channels;
  const pairs = listPairs(each, layout.pairedWalks ?? []);
  const data = new Int8Array(weights.length);
  const scales = new Float32Array(channels);
  const own = new Float32Array(each);
  const q = new Int8Array(each);
  for (let channel = 0; channel < channels; channel += 1) {
    const start = channel * channelStep;
    for (let k = 0; k < each; k += 1) own[k] = weights[start + k * step] as number;
    const scale = scaleOf(own, pairs, leastScales?.[channel] ?? 0);
    scales[channel] = scale;
    roundWithin(q, own, { scale, pairs });
    for (let k = 0; k < each; k += 1) data[start + k * step] = q[k] as number;
  }
  return { data, scales };
}

/** Positions of the first two, the second two and so on, of every walk. */
function listPairs(each: number, walks: readonly number[]): Int32Array {
  const pairs: number[] = [];
  for (const distance of walks) {
    const order: number[] = [];
    for (let start = 0; start < distance; start += 1) for (let k = start; k < each; k += distance) order.push(k);
    if (order.length % 2 === 1) order.pop();
    for (const k of order) pairs.push(k);
  }
  return Int32Array.from(pairs);
}

/** The finest at which nothing has to be cut. */
function scaleOf(weights: Float32Array, pairs: Int32Array, leastScale: number): number {
  let [largest, pair] = [0, 0];
  for (let k = 0; k < weights.length; k += 1) largest = Math.max(largest, Math.abs(weights[k] as number));
  for (let n = 0; n < pairs.length; n += 2) {
    const [a, b] = [weights[pairs[n] as number] as number, weights[pairs[n + 1] as number] as number];
    if (a * b > 0) pair = Math.max(pair, Math.abs(a + b));
  }
  const scale = Math.fround(Math.max(leastScale, largest / mostWeight, pair / mostPair));
  return scale > smallestScale ? scale : 1;
}

interface Rounding {
  readonly scale: number;
  readonly pairs: Int32Array;
}

function roundWithin(q: Int8Array, weights: Float32Array, { scale, pairs }: Rounding): void {
  for (let k = 0; k < q.length; k += 1)
    q[k] = Math.min(mostWeight, Math.max(-mostWeight, roundHalfEven((weights[k] as number) / scale)));
  for (let n = 0; n < pairs.length; n += 2) {
    const [i, j] = [pairs[n] as number, pairs[n + 1] as number];
    const [a, b] = [q[i] as number, q[j] as number];
    // Rounding alone can bring a pair above: by 1, taken from the larger.
    if (a * b <= 0 || Math.abs(a + b) <= mostPair) continue;
    const larger = Math.abs(a) >= Math.abs(b) ? i : j;
    q[larger] = (q[larger] as number) - Math.sign(a) * (Math.abs(a + b) - mostPair);
  }
}
