/** @file The normal distribution and its cut to an interval around its mean: distribution function, inverse, density. Double precision. */

const sqrt2 = Math.SQRT2;
const logSqrt2Pi = 0.5 * Math.log(2 * Math.PI);

export interface TruncatedNormal {
  /** Inside [low, high]. */
  mean: number;
  deviation: number;
  low: number;
  high: number;
}

/** Φ(z), by erfc as in Numerical Recipes (3rd edition, 6.2.2: Chebyshev coefficients for double precision). */
export function normalCdf(z: number): number {
  return z <= 0 ? 0.5 * erfc(-z / sqrt2) : 1 - 0.5 * erfc(z / sqrt2);
}

const erfcCoefficients = [
  -1.3026537197817094, 6.4196979235649e-1, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4,
  3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.30365583558e-6, 1.5626441722e-8,
  -8.5238095915e-8, 6.529054439e-9, 5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12,
  -6.886027e-12, 8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16, -2.8e-17,
];

/** For z >= 0. */
function erfc(z: number): number {
  const t = 2 / (2 + z);
  const ty = 4 * t - 2;
  let d = 0;
  let dd = 0;
  for (let j = erfcCoefficients.length - 1; j > 0; j -= 1) {
    const previous = d;
    d = ty * d - dd + (erfcCoefficients[j] as number);
    dd = previous;
  }
  return t * Math.exp(-z * z + 0.5 * ((erfcCoefficients[0] as number) + ty * d) - dd);
}

/** Φ⁻¹(p), 0 < p < 1: Acklam's rational approximation and one step of Halley's method. */
export function normalQuantile(p: number): number {
  const first = acklam(p);
  // Farther out the density is below the smallest double, and the step would be no number.
  if (Math.abs(first) > 37) return first;
  const error = normalCdf(first) - p;
  const step = error * Math.exp(0.5 * first * first + logSqrt2Pi);
  return first - step / (1 + (first * step) / 2);
}

const center = {
  above: [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ],
  below: [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
  ],
};
const tail = {
  above: [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  below: [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1],
};
const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

function acklam(p: number): number {
  if (p > 0.97575) return -acklam(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(tail.above, q) / horner(tail.below, q);
  }
  const q = p - 0.5;
  return (q * horner(center.above, q * q)) / horner(center.below, q * q);
}

/** Of the normal, without the cut: how much of it is inside. */
export function massInside({ mean, deviation, low, high }: TruncatedNormal): number {
  return normalCdf((high - mean) / deviation) - normalCdf((low - mean) / deviation);
}

/** The value at the share `u` of the cut distribution, 0 <= u < 1. */
export function truncatedQuantile(distribution: TruncatedNormal, u: number): number {
  const { mean, deviation, low, high } = distribution;
  const below = normalCdf((low - mean) / deviation);
  const p = below + u * massInside(distribution);
  if (p <= 0) return low;
  if (p >= 1) return high;
  return Math.min(high, Math.max(low, mean + deviation * normalQuantile(p)));
}

/** log density at x, which is inside. */
export function truncatedLogDensity(distribution: TruncatedNormal, x: number): number {
  const { mean, deviation } = distribution;
  const z = (x - mean) / deviation;
  return -0.5 * z * z - logSqrt2Pi - Math.log(deviation) - Math.log(massInside(distribution));
}

/** Share of the cut distribution between two places inside. */
export function truncatedMass(distribution: TruncatedNormal, from: number, to: number): number {
  return massInside({ ...distribution, low: from, high: to }) / massInside(distribution);
}
