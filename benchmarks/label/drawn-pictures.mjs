/**
 * @file The set `renders`: 10,000 drawn pictures of examples/recyclables, 96 px, kept in benchmarks/.cache. Drawn once; a drawing that was cut
 * short goes on where it was. `node benchmarks/label/drawn-pictures.mjs` draws and extracts, without a benchmark.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recyclableClasses, renderRecyclable } from '@tintype/example-recyclables/render';
import { root } from '../pictures.mjs';

export const drawnCount = 10_000;
const sizePx = 96;
const folder = join(root, 'benchmarks/.cache/label/drawn');
/** Enough that sharp's threads never wait for the drawing. */
const concurrency = 4;

/** `{ path, className, contentHash, bytes }` in name order. */
export async function readDrawnPictures() {
  for (const className of recyclableClasses) mkdirSync(join(folder, className), { recursive: true });
  let next = 0;
  let drawn = 0;
  const drawRest = async () => {
    while (next < drawnCount) {
      const seed = next++;
      const path = join(folder, pathOf(seed));
      if (existsSync(path)) continue;
      const bytes = await renderRecyclable({ className: classOf(seed), seed, sizePx });
      writeFileSync(`${path}.part`, bytes);
      renameSync(`${path}.part`, path);
      if ((drawn += 1) % 500 === 0) console.error(`renders: ${drawn} drawn, ${next} of ${drawnCount} there`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, drawRest));
  const pictures = Array.from({ length: drawnCount }, (_, seed) => {
    const bytes = readFileSync(join(folder, pathOf(seed)));
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    return { className: classOf(seed), path: pathOf(seed), bytes, contentHash };
  });
  return pictures.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const classOf = (seed) => recyclableClasses[seed % recyclableClasses.length];
const pathOf = (seed) => `${classOf(seed)}/${String(seed).padStart(5, '0')}.jpg`;

if (import.meta.filename === process.argv[1]) {
  const startedAt = performance.now();
  await readDrawnPictures();
  const drawnAt = performance.now();
  const { readLabeledFeatures } = await import('./labeled-features.mjs');
  await readLabeledFeatures('renders');
  const [drawS, featuresS] = [drawnAt - startedAt, performance.now() - drawnAt].map((ms) => Math.round(ms / 1000));
  console.log(JSON.stringify({ pictures: drawnCount, drawS, featuresS }));
}
