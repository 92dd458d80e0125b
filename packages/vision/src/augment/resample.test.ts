/** @file Resampling: exact where nothing lies between pixels, bilinear where it does, mirrored beyond the edges. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Image } from '../decode-image.ts';
import { type Affine, aboutCenter, compose, identity, ontoBox } from './affine.ts';
import { resample } from './resample.ts';

/** A picture whose three channels are the same, from rows of bytes. */
function grey(rows: readonly (readonly number[])[]): Image {
  const [first = []] = rows;
  return { data: Uint8Array.from(rows.flat().flatMap((v) => [v, v, v])), widthPx: first.length, heightPx: rows.length };
}

const shown = (image: Image): number[][] =>
  Array.from({ length: image.heightPx }, (_, y) =>
    Array.from({ length: image.widthPx }, (_, x) => image.data[3 * (y * image.widthPx + x)] as number),
  );

function resampled(
  source: Image,
  geometry: Affine,
  { widthPx, heightPx }: { widthPx: number; heightPx: number } = source,
) {
  const target: Image = { data: new Uint8Array(3 * widthPx * heightPx), widthPx, heightPx };
  resample(source, geometry, target);
  return target;
}

const aPictureOfNoise = fc
  .record({ widthPx: fc.integer({ min: 1, max: 12 }), heightPx: fc.integer({ min: 1, max: 12 }) })
  .chain(({ widthPx, heightPx }) => {
    const length = 3 * widthPx * heightPx;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ data, widthPx, heightPx }));
  });

test('the identity gives the very pixels', () => {
  fc.assert(
    fc.property(aPictureOfNoise, (source) => {
      expect(resampled(source, identity)).toEqual(source);
    }),
  );
});

test('a mirror image mirrored is the picture, in both directions', () => {
  fc.assert(
    fc.property(aPictureOfNoise, (source) => {
      const across: Affine = [-1, 0, source.widthPx, 0, 1, 0];
      const down: Affine = [1, 0, 0, 0, -1, source.heightPx];
      expect(resampled(resampled(source, across), across)).toEqual(source);
      expect(resampled(resampled(source, down), down)).toEqual(source);
    }),
  );
});

test('four quarter turns are the picture', () => {
  fc.assert(
    fc.property(aPictureOfNoise, (source) => {
      const { widthPx: w, heightPx: h } = source;
      const turned = { widthPx: h, heightPx: w };
      const quarter = (height: number): Affine => [0, -1, height, 1, 0, 0];
      const once = resampled(source, [0, 1, 0, -1, 0, h], turned);
      expect(resampled(once, quarter(h), source)).toEqual(source);
    }),
  );
});

test('upright and turned passes agree where both apply', () => {
  fc.assert(
    fc.property(aPictureOfNoise, fc.double({ min: 0.5, max: 2, noNaN: true }), (source, scale) => {
      const upright: Affine = [scale, 0, 0.3, 0, scale, -0.4];
      const hardlyTurned: Affine = [scale, 1e-9, 0.3, 0, scale, -0.4];
      const [one, other] = [resampled(source, upright), resampled(source, hardlyTurned)];
      one.data.forEach((byte, n) => expect(Math.abs(byte - (other.data[n] as number))).toBeLessThanOrEqual(1));
    }),
  );
});

test('between two pixels lies their mean', () => {
  const source = grey([
    [0, 100],
    [200, 60],
  ]);

  const middle = resampled(source, [1, 0, 0.5, 0, 1, 0.5], { widthPx: 1, heightPx: 1 });

  expect(shown(middle)).toEqual([[90]]);
});

test('stretching to twice the size is bilinear, as Pillow and torchvision do it', () => {
  const source = grey([[0, 100]]);

  const stretched = resampled(
    source,
    ontoBox({ widthPx: 4, heightPx: 1 }, { left: 0, top: 0, widthPx: 2, heightPx: 1 }),
    {
      widthPx: 4,
      heightPx: 1,
    },
  );

  expect(shown(stretched)).toEqual([[0, 25, 75, 100]]);
});

test('beyond its edges a picture goes on as its mirror image', () => {
  const shifted = resampled(grey([[10, 20, 30]]), [1, 0, -4, 0, 1, 0], { widthPx: 11, heightPx: 1 });

  expect(shown(shifted)).toEqual([[30, 30, 20, 10, 10, 20, 30, 30, 20, 10, 10]]);
});

test('a turned picture is mirrored beyond its edges, too', () => {
  const source = grey([
    [10, 20],
    [30, 40],
  ]);

  const turned = resampled(source, [0, 1, -1, 1, 0, -1], { widthPx: 4, heightPx: 4 });

  expect(shown(turned)).toEqual([
    [10, 10, 30, 30],
    [10, 10, 30, 30],
    [20, 20, 40, 40],
    [20, 20, 40, 40],
  ]);
});

test('maps compose: first the inner one', () => {
  const inner: Affine = [1, 0, 5, 0, 1, 0];
  const outer: Affine = [2, 0, 0, 0, 1, 1];

  expect(compose(outer, inner)).toEqual([2, 0, 10, 0, 1, 1]);
  expect(aboutCenter({ widthPx: 4, heightPx: 2 }, [-1, 0, 0, -1])).toEqual([-1, 0, 4, 0, -1, 2]);
});
