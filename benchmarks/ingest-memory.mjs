/**
 * @file Peak memory of ingest at two sizes: memory must not grow with the dataset. Pictures are small and all different, made once
 * into benchmarks/.cache. Resident memory is sampled, of the ingesting process and of it and its children together.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '100000' },
  },
});
const bar = 1.3;
const perFolder = 1000;
const cache = join(import.meta.dirname, '.cache/small-pictures');

/** The first JPEG of a kind, and where its comment's number is: changing it makes another file of the same pixels. */
async function makeTemplate() {
  const data = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 37 + (index >> 6) * 11) % 256));
  const jpeg = await sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg({ quality: 70 })
    .toBuffer();
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 14]), Buffer.alloc(12, '0')]);
  return { bytes: Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]), numberAt: 6 };
}

/** A folder of at least `count` pictures in folders of 1,000; made in part by earlier runs. */
async function makePictures(count) {
  const { bytes, numberAt } = await makeTemplate();
  for (let first = 0; first < count; first += perFolder) {
    const folder = join(cache, String(count), String(first / perFolder).padStart(4, '0'));
    if (existsSync(folder)) continue;
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    for (let number = first; number < first + perFolder; number += 1) {
      bytes.write(String(number).padStart(12, '0'), numberAt, 'latin1');
      writeFileSync(join(draft, `${number}.jpg`), bytes);
    }
    renameSync(draft, folder);
  }
  return join(cache, String(count));
}

async function measure(count) {
  const source = await makePictures(count);
  const state = mkdtempSync(join(tmpdir(), 'tintype-memory-'));
  try {
    const child = fork(join(import.meta.dirname, 'ingest/measured-ingest.mjs'), [state, source]);
    const [[result]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
    if (result.added !== count) throw new Error(`${result.added} of ${count} pictures were added`);
    return result;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

const small = await measure(Number(values.small));
const large = await measure(Number(values.large));
const round = (number) => Math.round(number * 100) / 100;
const growth = {
  parent: round(large.peakParentMiB / small.peakParentMiB),
  parentAndChildren: round(large.peakTogetherMiB / small.peakTogetherMiB),
};
const isMet = growth.parentAndChildren <= bar && growth.parent <= bar;
console.log(JSON.stringify({ small, large, growth, bar, isMet }));
process.exitCode = isMet ? 0 : 1;
