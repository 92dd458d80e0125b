/** @file The map shows the part that the model looks at, in the picture's own measures, and no finer than there is time for. */
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { aPicture } from '@tintype/vision/testing/a-picture';
import { expect, test } from 'vitest';
import { chooseGrid, computeOcclusion, locatePicture } from './occlusion.ts';

const side = 16;
const preprocessing = preprocessingSchema.parse({ widthPx: side, heightPx: side });

/** Sure of the first class as long as the upper left quarter is as it was. */
function aModelOfOneCorner() {
  let first: Uint8Array | undefined;
  let asked = 0;
  return {
    count: () => asked,
    ask: async (pixels: Uint8Array) => {
      first ??= Uint8Array.from(pixels);
      asked += 1;
      let changed = 0;
      for (let y = 0; y < side / 2; y += 1)
        for (let x = 0; x < side / 2; x += 1) {
          const at = 3 * (y * side + x);
          if (pixels[at] !== first[at] || pixels[at + 1] !== first[at + 1]) changed += 1;
        }
      const probability = 0.9 - (0.8 * changed) / (side / 2) ** 2;
      return { probabilities: Float32Array.of(probability, 1 - probability) };
    },
  };
}

test('the drop is largest where the model looks', async () => {
  const bytes = await aPicture().png().toBuffer();
  const { ask, count } = aModelOfOneCorner();

  const map = await computeOcclusion({ bytes, limits: defaultPictureLimits }, { preprocessing, budgetMs: 1e6, ask });

  const at = (row: number, column: number): number => map.drops[row * map.columns + column] as number;
  expect([map.classIndex, map.rows, map.columns, count()]).toEqual([0, 12, 12, 145]);
  expect(at(2, 2)).toBeGreaterThan(0.05);
  expect(at(10, 10)).toBe(0);
});

test.each([
  [3, 2],
  [16, 4],
  [40, 6],
  [1000, 12],
])('time for %i questions gives a grid of %i', (affordable, expected) => {
  expect(chooseGrid(affordable)).toBe(expected);
});

test('a centre crop shows the middle of a wide picture, a letterbox all of it in a part of the input', () => {
  const wide = { widthPx: 200, heightPx: 100 };

  const crop = locatePicture(wide, { ...preprocessing, resize: 'crop', cropFraction: 0.5 });
  const letterbox = locatePicture(wide, { ...preprocessing, resize: 'letterbox' });

  expect(crop.region).toEqual({ left: 0.375, top: 0.25, width: 0.25, height: 0.5 });
  expect(letterbox.region).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  expect(letterbox.seen).toEqual({ left: 0, top: 0, right: 16, bottom: 8 });
});
