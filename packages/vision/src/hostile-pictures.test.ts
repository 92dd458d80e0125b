/** @file Damaged and hostile files: each gives a result or a code, in time, and no decoder's words reach the user. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { TintypeError } from '@tintype/contracts/errors';
import { expect, test } from 'vitest';
import { analyzePicture } from './analyze-picture.ts';
import { decodeImage } from './decode-image.ts';

const shared = process.env.TINTYPE_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const [badImages, hostile] = [join(shared, 'data/bad-images'), join(shared, 'data/hostile')];
const hasFiles = existsSync(badImages) && existsSync(hostile);
const note = hasFiles ? '' : ' (skipped: no shared pictures here, set TINTYPE_SHARED)';

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** `ok`, or the code of the failure; anything else is a bug and named as such. */
async function outcomeOf(path: string): Promise<string> {
  try {
    await analyzePicture(readFileSync(path));
    return 'ok';
  } catch (error) {
    return error instanceof TintypeError ? error.code : `bug: ${String(error)}`;
  }
}

async function outcomesOf(paths: readonly string[]): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  for (const path of paths) outcomes.set(basename(path), await outcomeOf(path));
  return outcomes;
}

/** Valid pictures that are refused by decision: SVG is a program, not a picture. */
const refusedByDecision = /\.svg$/;
/** Called unreadable because a later frame is broken; only the first is read. */
const readableFirstFrame = new Set(['libvips__test__test-suite__images__invalid_multiframe.gif']);

test.skipIf(!hasFiles)(
  `every bad file ends in a result or an IMAGE code, each within five seconds${note}`,
  async () => {
    const strange: string[] = [];

    for (const path of [...filesBelow(badImages), ...filesBelow(hostile)]) {
      const start = performance.now();
      const outcome = await outcomeOf(path);
      const isFast = performance.now() - start < 5000;
      if (!isFast || !/^(ok|IMAGE_(?!DECODE_FAILED)\w+)$/.test(outcome)) strange.push(`${path}: ${outcome}`);
    }

    expect(strange).toEqual([]);
  },
);

test.skipIf(!hasFiles)(`every valid odd picture is accepted${note}`, async () => {
  const outcomes = await outcomesOf(filesBelow(join(badImages, 'valid')));

  const refused = [...outcomes].filter(([name, outcome]) => outcome !== 'ok' && !refusedByDecision.test(name));
  expect(refused).toEqual([]);
});

test.skipIf(!hasFiles)(`no undecodable or unreadable file is accepted${note}`, async () => {
  const folders = ['undecodable', 'unreadable'].map((folder) => join(badImages, folder));

  const outcomes = await outcomesOf(folders.flatMap(filesBelow));

  const accepted = [...outcomes].filter(([, outcome]) => outcome === 'ok').map(([name]) => name);
  expect(new Set(accepted)).toEqual(readableFirstFrame);
});

test.skipIf(!hasFiles)(`PngSuite: 162 accepted, the 14 corrupt ones refused${note}`, async () => {
  const paths = filesBelow(join(hostile, 'pngsuite')).filter((path) => path.endsWith('.png'));

  const outcomes = await outcomesOf(paths);

  const refused = [...outcomes].filter(([, outcome]) => outcome !== 'ok').map(([name]) => name);
  expect(refused.every((name) => name.startsWith('x'))).toBe(true);
  expect([outcomes.size - refused.length, refused.length]).toEqual([162, 14]);
});

test.skipIf(!hasFiles)(`damaged pictures that do decode give the same pixels every time${note}`, async () => {
  const changed: string[] = [];

  for (const path of filesBelow(join(badImages, 'damaged-recoverable'))) {
    const decodeOnce = () => decodeImage(readFileSync(path)).catch((error: TintypeError) => error.code);
    const [first, second] = await Promise.all([decodeOnce(), decodeOnce()]);
    if (!isDeepStrictEqual(first, second)) changed.push(path);
  }

  expect(changed).toEqual([]);
});
