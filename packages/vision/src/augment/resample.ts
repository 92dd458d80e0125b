/**
 * @file One bilinear pass from source to result under any affine map, however many transforms it stands for.
 *
 * No antialiasing: sources are at most a quarter larger than results, and a factor below 2 skips no pixel. Beyond its edges a source is
 * continued by its mirror image, so that no black corner tells a model how a picture was turned.
 */
import type { Image } from '../decode-image.ts';
import type { Affine } from './affine.ts';

/** Positions are counted in 1/65,536 of a pixel and weights in 1/256, as whole numbers: exact where nothing lies between pixels. */
const one = 1 << 16;
const half = 1 << 15;

/** Fills `target` with `source` at `geometry`'s places. Sides are below 32,768 pixels. */
export function resample(source: Image, geometry: Affine, target: Image): void {
  const isUpright = geometry[1] === 0 && geometry[3] === 0;
  if (isUpright) resampleUpright(source, geometry, target);
  else resampleTurned(source, geometry, target);
}

/** For every position of one axis: the two source positions beside it, as offsets of `stride`, and the second one's weight. */
interface Taps {
  near: Int32Array;
  far: Int32Array;
  weight: Int32Array;
}

function computeTaps(
  { scale, offset }: { scale: number; offset: number },
  { count, size, stride }: { count: number; size: number; stride: number },
): Taps {
  const taps: Taps = { near: new Int32Array(count), far: new Int32Array(count), weight: new Int32Array(count) };
  for (let n = 0; n < count; n += 1) {
    const at = Math.round((scale * (n + 0.5) + offset - 0.5) * one);
    const floor = at >> 16;
    taps.near[n] = mirror(floor, size) * stride;
    taps.far[n] = mirror(floor + 1, size) * stride;
    taps.weight[n] = (at >> 8) & 255;
  }
  return taps;
}

/** Crops and flips, where columns and rows do not depend on each other: every source row is stretched once, then rows are blended. */
function resampleUpright(source: Image, [a, , c, , e, f]: Affine, target: Image): void {
  const length = 3 * target.widthPx;
  const across = computeTaps({ scale: a, offset: c }, { count: target.widthPx, size: source.widthPx, stride: 3 });
  const rows = { count: target.heightPx, size: source.heightPx, stride: 3 * source.widthPx };
  const down = computeTaps({ scale: e, offset: f }, rows);
  let [upper, lower] = [new Uint16Array(length), new Uint16Array(length)];
  let [upperStart, lowerStart] = [-1, -1];
  for (let y = 0; y < target.heightPx; y += 1) {
    const [near, far, weight] = [down.near[y] as number, down.far[y] as number, down.weight[y] as number];
    if (near === lowerStart || far === upperStart) {
      [upper, lower] = [lower, upper];
      [upperStart, lowerStart] = [lowerStart, upperStart];
    }
    if (near !== upperStart) stretchRow(source.data, (upperStart = near), across, upper);
    if (far !== lowerStart) stretchRow(source.data, (lowerStart = far), across, lower);
    blendRows({ upper, lower, weight }, target.data, y * length);
  }
}

function blendRows(
  { upper, lower, weight }: { upper: Uint16Array; lower: Uint16Array; weight: number },
  to: Uint8Array,
  start: number,
): void {
  const length = upper.length;
  for (let x = 0; x < length; x += 1) {
    const above = upper[x] as number;
    to[start + x] = ((above << 8) + Math.imul(weight, (lower[x] as number) - above) + half) >> 16;
  }
}

/** One row of the source at all columns of the result, in 1/256 of a byte. */
function stretchRow(from: Uint8Array, start: number, { near, far, weight }: Taps, row: Uint16Array): void {
  const count = near.length;
  for (let x = 0, out = 0; x < count; x += 1, out += 3) {
    const left = start + (near[x] as number);
    const right = start + (far[x] as number);
    const u = weight[x] as number;
    const red = from[left] as number;
    const green = from[left + 1] as number;
    const blue = from[left + 2] as number;
    row[out] = (red << 8) + Math.imul(u, (from[right] as number) - red);
    row[out + 1] = (green << 8) + Math.imul(u, (from[right + 1] as number) - green);
    row[out + 2] = (blue << 8) + Math.imul(u, (from[right + 2] as number) - blue);
  }
}

/** Any map; inside of the source, where most pixels are, nothing is mirrored. */
function resampleTurned(source: Image, [a, b, c, d, e, f]: Affine, target: Image): void {
  const { data: from, widthPx, heightPx } = source;
  const to = target.data;
  const stride = 3 * widthPx;
  const [stepX, stepY] = [Math.round(a * one), Math.round(d * one)];
  let out = 0;
  for (let y = 0; y < target.heightPx; y += 1) {
    let atX = Math.round((a * 0.5 + b * (y + 0.5) + c - 0.5) * one);
    let atY = Math.round((d * 0.5 + e * (y + 0.5) + f - 0.5) * one);
    for (let x = 0; x < target.widthPx; x += 1, out += 3, atX += stepX, atY += stepY) {
      let left = atX >> 16;
      let top = atY >> 16;
      let right = left + 1;
      let bottom = top + 1;
      if (left < 0 || top < 0 || right >= widthPx || bottom >= heightPx) {
        left = mirror(left, widthPx);
        right = mirror(right, widthPx);
        top = mirror(top, heightPx);
        bottom = mirror(bottom, heightPx);
      }
      const north = top * stride;
      const south = bottom * stride;
      const west = 3 * left;
      const east = 3 * right;
      blend(from, to, out, north + west, north + east, south + west, south + east, (atX >> 8) & 255, (atY >> 8) & 255);
    }
  }
}

/** One pixel of three channels between four, written out and by position: this is the innermost loop. */
function blend(
  from: Uint8Array,
  to: Uint8Array,
  out: number,
  northWest: number,
  northEast: number,
  southWest: number,
  southEast: number,
  u: number,
  v: number,
): void {
  const se = Math.imul(u, v);
  const sw = (v << 8) - se;
  const ne = (u << 8) - se;
  const nw = one - se - sw - ne;
  to[out] =
    (Math.imul(nw, from[northWest] as number) +
      Math.imul(ne, from[northEast] as number) +
      Math.imul(sw, from[southWest] as number) +
      Math.imul(se, from[southEast] as number) +
      half) >>
    16;
  to[out + 1] =
    (Math.imul(nw, from[northWest + 1] as number) +
      Math.imul(ne, from[northEast + 1] as number) +
      Math.imul(sw, from[southWest + 1] as number) +
      Math.imul(se, from[southEast + 1] as number) +
      half) >>
    16;
  to[out + 2] =
    (Math.imul(nw, from[northWest + 2] as number) +
      Math.imul(ne, from[northEast + 2] as number) +
      Math.imul(sw, from[southWest + 2] as number) +
      Math.imul(se, from[southEast + 2] as number) +
      half) >>
    16;
}

/** Reflection at the outer edge of the outermost pixels, which are repeated: 2 1 0 | 0 1 2 | 2 1 0. */
function mirror(at: number, size: number): number {
  if (at >= 0 && at < size) return at;
  const period = 2 * size;
  const within = ((at % period) + period) % period;
  return within < size ? within : period - 1 - within;
}
