/** @file float32 -> the 16 bits of IEEE 754's binary16, rounded to the nearest, halves to the even one. */

export const largestHalf = 65_504;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Above 65,504 and what rounds to it there is only infinity; NaN stays NaN. */
export function toHalfBits(value: number): number {
  float[0] = value;
  const single = bits[0] as number;
  const sign = (single >>> 16) & 0x8000;
  const exponent = (single >>> 23) & 0xff;
  const fraction = single & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const shifted = exponent - 127 + 15;
  if (shifted >= 0x1f) return sign | 0x7c00;
  // A carry out of the fraction raises the exponent, up to infinity, as it should.
  if (shifted > 0) return sign | (((shifted << 10) | (fraction >>> 13)) + roundUp(fraction, 13));
  if (shifted < -10) return sign;
  const whole = fraction | 0x800000;
  const shift = 14 - shifted;
  return sign | ((whole >>> shift) + roundUp(whole, shift));
}

/** 1 where the bits that are cut off are more than a half, or a half after an odd bit. */
function roundUp(number: number, cut: number): 0 | 1 {
  const [half, rest] = [2 ** (cut - 1), number % 2 ** cut];
  return rest > half || (rest === half && (number >>> cut) % 2 === 1) ? 1 : 0;
}

export function toHalves(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i += 1) halves[i] = toHalfBits(values[i] as number);
  return halves;
}
