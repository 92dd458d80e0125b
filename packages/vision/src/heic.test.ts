/**
 * @file HEIC gives the pixels that other formats give, and damage a code. The fixtures are a drawing of four quarters (96 x 64), written by libheif's own encoder:
 * `heif-enc -q 95 -p chroma=444`; one with the Display P3 profile, one whose lower right quarter is half transparent.
 */
import { readFileSync } from 'node:fs';
import { TintypeError } from '@tintype/contracts/errors';
import { expect, test } from 'vitest';
import { analyzePicture } from './analyze-picture.ts';
import { decodeImage, type Image } from './decode-image.ts';
import { findProfile, openLibheif } from './heic.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}.heic`, import.meta.url));

/** Red, green, blue and grey, each a little inside its corner. */
function cornersOf({ data, widthPx, heightPx }: Image): number[][] {
  const at = (x: number, y: number): number[] => [...data.subarray((y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3)];
  return [at(9, 9), at(widthPx - 9, 9), at(9, heightPx - 9), at(widthPx - 9, heightPx - 9)];
}

const codeOf = (bytes: Uint8Array): Promise<string> =>
  analyzePicture(bytes).then(
    () => 'ok',
    (error: unknown) => (error instanceof TintypeError ? error.code : `bug: ${String(error)}`),
  );

test('a HEIC picture is decoded and analyzed like any other', async () => {
  const bytes = fixture('quarters');

  const image = await decodeImage(bytes);
  const analysis = await analyzePicture(bytes);

  expect([image.widthPx, image.heightPx]).toEqual([96, 64]);
  expect(cornersOf(image)).toEqual([
    [192, 32, 32],
    [32, 192, 32],
    [32, 32, 192],
    [128, 128, 128],
  ]);
  expect(analysis).toMatchObject({ format: 'heic', widthPx: 96, heightPx: 64 });
  expect(Buffer.from((await decodeImage(bytes)).data)).toEqual(Buffer.from(image.data));
});

test('colors in the wide space of phones become those that people see', async () => {
  expect(findProfile(fixture('quarters-p3'))?.length).toBeGreaterThan(400);
  expect(findProfile(fixture('quarters'))).toBeUndefined();

  const wide = cornersOf(await decodeImage(fixture('quarters-p3'))).flat();
  const usual = cornersOf(await decodeImage(fixture('quarters'))).flat();

  expect(Math.max(...wide.map((value, n) => Math.abs(value - (usual[n] as number))))).toBeLessThanOrEqual(6);
});

test('what is transparent lies on white', async () => {
  const [, , , grey] = cornersOf(await decodeImage(fixture('quarters-translucent')));

  for (const value of grey as number[]) expect(Math.abs(value - 191)).toBeLessThanOrEqual(2);
});

test('a picture with more pixels than allowed is refused before one is decoded', async () => {
  const error = await decodeImage(fixture('quarters'), { limits: { pixels: 6000 } }).catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: 'IMAGE_TOO_MANY_PIXELS' });
});

test('half a picture is cut short', async () => {
  const bytes = fixture('quarters-p3');

  expect(await codeOf(bytes.subarray(0, bytes.length >> 1))).toBe('IMAGE_TRUNCATED');
  expect(await codeOf(bytes.subarray(0, 40))).toBe('IMAGE_TRUNCATED');
});

test('whatever is damaged ends in a result or a code, and the next picture is decoded', async () => {
  const bytes = fixture('quarters-p3');
  let random = 7;
  const next = (below: number): number => {
    random = (random * 48_271) % 2_147_483_647;
    return random % below;
  };
  const outcomes = new Set<string>();

  for (let n = 0; n < 200; n += 1) {
    const damaged = Buffer.from(bytes);
    for (let k = 0; k <= n % 5; k += 1) damaged[24 + next(bytes.length - 24)] = next(256);
    outcomes.add(await codeOf(damaged));
  }

  expect([...outcomes].filter((outcome) => !/^(ok|IMAGE_(CORRUPT|TRUNCATED|TOO_MANY_PIXELS))$/.test(outcome))).toEqual(
    [],
  );
  expect(outcomes).toContain('IMAGE_CORRUPT');
  expect(await codeOf(bytes)).toBe('ok');
}, 60_000);

test('where libheif was left out, HEIC is refused by name, with the way out', async () => {
  const error = await openLibheif(() => Promise.reject(new Error('Cannot find module'))).catch(
    (thrown: unknown) => thrown,
  );

  expect(error).toMatchObject({ code: 'IMAGE_FORMAT_UNSUPPORTED', details: { format: 'HEIC' } });
  expect((error as TintypeError).hint).toContain('libheif-js');
});
