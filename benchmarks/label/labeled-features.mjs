/**
 * @file Frozen MobileNetV2 features of a set of ../shared/data, or of `renders` (drawn-pictures.mjs), with its classes and near-duplicate
 * groups, extracted once and kept in benchmarks/.cache, so that the labeling benchmarks measure labeling alone.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { groupNearDuplicates } from '@tintype/core/catalog/near-duplicates';
import { thumbnailSignature } from '@tintype/core/catalog/thumbnail-signature';
import { loadFeatures } from '@tintype/core/model/feature-cache';
import { resolveBackbone } from '@tintype/core/model/resolve-backbone';
import { objectKeys } from '@tintype/core/ports/object-store';
import { readPictures, root, shared, storePictures } from '../pictures.mjs';
import { readDrawnPictures } from './drawn-pictures.mjs';

const cacheFolder = join(root, 'benchmarks/.cache/label');
export const model = join(shared, 'models/mobilenetv2-imagenet-fp32.onnx');

/**
 * @returns {Promise<{ set: string, rows: Float32Array, dimensions: number, truth: Int32Array, groups: string[], classes: string[] }>}
 * `rows` are [N, dimensions]; pictures of a group are near-duplicates.
 */
export async function readLabeledFeatures(set) {
  const pictures = set === 'renders' ? await readDrawnPictures() : readPictures(set);
  const contents = createHash('sha256').update(pictures.map((picture) => picture.contentHash).join('\n'));
  const name = `${set}-${contents.digest('hex').slice(0, 16)}`;
  const classes = [...new Set(pictures.map((picture) => picture.className))].sort();
  const truth = Int32Array.from(pictures, (picture) => classes.indexOf(picture.className));
  const { rows, dimensions, groups } = readCached(name) ?? (await extract(name, pictures));
  return { set, rows, dimensions, truth, groups, classes };
}

function readCached(name) {
  try {
    const bytes = readFileSync(join(cacheFolder, `${name}.f32`));
    const { dimensions, groups } = JSON.parse(readFileSync(join(cacheFolder, `${name}.json`), 'utf8'));
    const rows = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return rows.length === dimensions * groups.length ? { rows, dimensions, groups } : undefined;
  } catch {
    return undefined;
  }
}

async function extract(name, pictures) {
  console.error(`${name}: extracting the features of ${pictures.length} pictures, once`);
  mkdirSync(cacheFolder, { recursive: true });
  const store = await openFileStore({ folder: join(cacheFolder, 'store') });
  const pool = await openTaskPool({ tasks: import.meta.resolve('@tintype/core/model/picture-tasks') });
  try {
    await storePictures(store, pictures);
    const resolved = await resolveBackbone({ pool, hub: undefined }, model);
    const contentHashes = pictures.map((picture) => picture.contentHash);
    const { rows } = await loadFeatures({ store, pool }, { ...resolved, contentHashes, limits });
    const groups = await groupPictures({ store, pool }, pictures);
    writeFileSync(join(cacheFolder, `${name}.f32`), rows);
    writeFileSync(
      join(cacheFolder, `${name}.json`),
      JSON.stringify({ dimensions: resolved.backbone.dimensions, groups }),
    );
    return { rows, dimensions: resolved.backbone.dimensions, groups };
  } finally {
    await pool[Symbol.asyncDispose]();
  }
}

/** Group of each picture, by the near-duplicates that a snapshot would find. */
async function groupPictures({ store, pool }, pictures) {
  const samples = [];
  for (const [n, { bytes, contentHash, path }] of pictures.entries()) {
    const { perceptualHash, thumbnail } = await pool.run('analyze', { bytes, limits });
    await store.put(objectKeys.thumbnail(contentHash), thumbnail);
    samples.push({ id: String(n).padStart(8, '0'), contentHash, path, perceptualHash });
  }
  const found = await groupNearDuplicates(samples, { signature: thumbnailSignature({ store, pool }, { limits }) });
  const groups = new Array(pictures.length);
  found.forEach((group, number) => {
    for (const sample of group.samples) groups[Number(sample.id)] = String(number);
  });
  return groups;
}
