/** @file For the benchmark of the grid: a catalog of as many pictures as one likes, with everything that a filter can ask for. */
import { createHash } from 'node:crypto';
import { objectKeys } from '@tintype/core/ports/object-store';
import { recyclableClasses, renderRecyclable } from '@tintype/example-recyclables/render';

export const classNames = [...recyclableClasses, 'paper', 'foil', 'cups', 'lids', 'textiles'];
export const annotators = ['ada', 'grace', 'edsger'];
export const tags = ['blurry', 'night', 'rare'];
const drawings = 120;
const batch = 5000;
const dayMs = 86_400_000;
const start = Date.UTC(2026, 9, 1);

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
/** 0 to 1, always the same for the same words. */
const chance = (words) => Number.parseInt(sha256(words).slice(0, 8), 16) / 2 ** 32;

async function storeDrawings(store) {
  const hashes = [];
  for (let seed = 0; seed < drawings; seed += 1) {
    const className = recyclableClasses[seed % recyclableClasses.length];
    const bytes = await renderRecyclable({ className, seed, sizePx: 128 });
    const hash = sha256(bytes);
    await store.put(objectKeys.thumbnail(hash), bytes);
    await store.put(objectKeys.source(hash), bytes);
    hashes.push(hash);
  }
  return hashes;
}

function aPicture(n, hashes) {
  const className = classNames[Math.floor(chance(`class ${n}`) * classNames.length)];
  const contentHash = hashes[n % hashes.length];
  const path = `${className}/shelf-${n % 40}/${String(n).padStart(6, '0')}.jpg`;
  return {
    className: chance(`unlabeled ${n}`) < 0.05 ? null : className,
    labelSource: 'folder',
    origin: { location: '/line', path, sizeBytes: 9000, modifiedAt: 1 },
    sample: {
      id: `s_${sha256(`sample ${n}`).slice(0, 20)}`,
      contentHash,
      path,
      format: 'jpeg',
      widthPx: 128,
      heightPx: 96,
      sizeBytes: 5000 + Math.floor(20_000 * chance(`size ${n}`)),
      perceptualHash: contentHash.slice(0, 16),
    },
  };
}

const splitOf = (id) => {
  const draw = chance(`split ${id}`);
  return draw < 0.7 ? 'train' : draw < 0.8 ? 'validation' : 'test';
};

function aPrediction({ id, className }) {
  const isRight = chance(`right ${id}`) < 0.9;
  const predicted = isRight && className !== null ? className : classNames[Math.floor(chance(`other ${id}`) * 10)];
  const confidence = 0.2 + 0.8 * chance(`sure ${id}`);
  return { model: 'bench', version: 1, sampleId: id, className, predicted, confidence, probabilities: null };
}

const someMeasures = (id) => ({
  sampleId: id,
  brightness: chance(`bright ${id}`),
  contrast: chance(`contrast ${id}`) / 2,
  sharpness: 1000 * chance(`sharp ${id}`) ** 2,
  saturation: chance(`saturated ${id}`),
  outlier: chance(`outlier ${id}`),
});

/** Milliseconds it took. */
export async function fillCatalog({ catalog, store }, { pictures }) {
  const startedAt = performance.now();
  const hashes = await storeDrawings(store);
  const samples = [];
  for (let first = 0; first < pictures; first += batch) {
    const rows = Array.from({ length: Math.min(batch, pictures - first) }, (_, n) => aPicture(first + n, hashes));
    const at = start + Math.floor((first / pictures) * 8) * dayMs;
    await catalog.samples.recordIngest('line', rows, { annotator: 'ingest', at });
    samples.push(
      ...rows.map(({ sample, className }) => ({ id: sample.id, className, contentHash: sample.contentHash })),
    );
  }
  await addLabels(catalog, samples);
  await addTags(catalog, samples);
  await addSnapshot(catalog, samples);
  for (let first = 0; first < pictures; first += batch) {
    const some = samples.slice(first, first + batch);
    await catalog.samplePredictions.record(some.map(aPrediction));
    await catalog.measures.record(some.map(({ id }) => someMeasures(id)));
  }
  return performance.now() - startedAt;
}

async function addLabels({ samples: store }, samples) {
  const byHand = samples.filter(({ id, className }) => className !== null && chance(`hand ${id}`) < 0.1);
  const events = byHand.map(({ id, className }) => ({
    id: `label_${id}`,
    sampleId: id,
    className,
    annotator: annotators[Math.floor(chance(`who ${id}`) * annotators.length)],
    source: 'human',
    at: start + 9 * dayMs,
  }));
  for (let first = 0; first < events.length; first += batch)
    await store.appendLabelEvents(events.slice(first, first + batch));
}

async function addTags({ tags: store, samples: sampleStore }, samples) {
  const shares = { blurry: 0.2, night: 0.05, rare: 0.002 };
  for (const [tag, share] of Object.entries(shares)) {
    const ids = samples.filter(({ id }) => chance(`${tag} ${id}`) < share).map(({ id }) => id);
    await store.add(ids, tag, { annotator: 'ada', at: start });
  }
  const shelf = samples.filter((_, n) => n % 40 === 7).map(({ id }) => id);
  await sampleStore.setGroup(shelf, 'shelf 7');
  const issues = samples.slice(0, 500).map(({ id }, n) => ({
    id: `issue_${n}`,
    dataset: 'line',
    kind: 'near-duplicate',
    sampleId: id,
    path: '',
    code: 'NEAR_DUPLICATE',
    detail: 'Alike.',
    score: 0.9,
    at: start,
  }));
  await sampleStore.recordIssues(issues);
}

async function addSnapshot({ snapshots }, samples) {
  const entries = samples
    .filter(({ className }) => className !== null)
    .map(({ id, contentHash, className }) => ({
      sampleId: id,
      contentHash,
      className,
      group: `g_${id.slice(2)}`,
      split: splitOf(id),
    }));
  await snapshots.create(
    {
      id: 'snap_0000000000000001',
      dataset: 'line',
      seed: 1,
      shares: { train: 0.7, validation: 0.1, test: 0.2 },
      classes: classNames,
      counts: { train: 1, validation: 1, test: 1 },
      classCounts: {},
      groups: entries.length,
      createdAt: start,
    },
    entries,
  );
}
