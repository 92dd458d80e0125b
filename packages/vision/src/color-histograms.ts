/** @file Color histograms: hue, saturation and value together, on quarters of the picture, and finely one by one. */

const joint = { hue: 16, saturation: 4, value: 4 };
const quarter = { hue: 16, saturation: 8, value: 8 };
const fine = { hue: 36, saturation: 32, value: 64, channel: 32 };

const jointBins = joint.hue * joint.saturation * joint.value;
const quarterBins = quarter.hue + quarter.saturation + quarter.value;
const fineBins = fine.hue + fine.saturation + fine.value + 3 * fine.channel;

/** 256 joint, 4 x 32 of quarters, 228 fine. */
export const colorCount = jointBins + 4 * quarterBins + fineBins;

/** [612] square roots of shares, from [sidePx, sidePx, 3] RGB bytes. The square root makes distances those of Hellinger. */
export function computeColors(pixels: Uint8Array, sidePx: number): Float32Array {
  const counts = new Float32Array(colorCount);
  const count = (at: number): void => {
    counts[at] = (counts[at] as number) + 1;
  };
  for (let y = 0, at = 0; y < sidePx; y += 1) {
    for (let x = 0; x < sidePx; x += 1, at += 3) {
      const [red, green, blue] = [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
      const value = Math.max(red, green, blue);
      const range = value - Math.min(red, green, blue);
      const hue = hueOf({ red, green, blue, value, range });
      const saturation = value === 0 ? 0 : range / value;
      const bright = value / 255;

      count(
        (binOf(hue, joint.hue) * joint.saturation + binOf(saturation, joint.saturation)) * joint.value +
          binOf(bright, joint.value),
      );

      const start = jointBins + ((2 * y < sidePx ? 0 : 2) + (2 * x < sidePx ? 0 : 1)) * quarterBins;
      count(start + binOf(hue, quarter.hue));
      count(start + quarter.hue + binOf(saturation, quarter.saturation));
      count(start + quarter.hue + quarter.saturation + binOf(bright, quarter.value));

      let fineStart = jointBins + 4 * quarterBins;
      count(fineStart + binOf(hue, fine.hue));
      count((fineStart += fine.hue) + binOf(saturation, fine.saturation));
      count((fineStart += fine.saturation) + binOf(bright, fine.value));
      count((fineStart += fine.value) + (red >> 3));
      count((fineStart += fine.channel) + (green >> 3));
      count((fineStart += fine.channel) + (blue >> 3));
    }
  }
  return toRootShares(counts, sidePx);
}

/** 0 to 1 around the color circle; 0 for grey. */
function hueOf({
  red,
  green,
  blue,
  value,
  range,
}: Record<'red' | 'green' | 'blue' | 'value' | 'range', number>): number {
  if (range === 0) return 0;
  if (value === red) return ((green - blue) / range / 6 + 1) % 1;
  if (value === green) return ((blue - red) / range + 2) / 6;
  return ((red - green) / range + 4) / 6;
}

const binOf = (share: number, bins: number): number => Math.min(bins - 1, Math.floor(share * bins));

function toRootShares(counts: Float32Array, sidePx: number): Float32Array {
  const pixels = sidePx * sidePx;
  const [quartersStart, quartersEnd] = [jointBins, jointBins + 4 * quarterBins];
  return counts.map((count, i) => Math.sqrt(count / (i >= quartersStart && i < quartersEnd ? pixels / 4 : pixels)));
}
