/** @file For the benchmark of workers: samples and a version that have no bytes. */
import { createHash } from 'node:crypto';
import { rowOf } from '../ingest/row.mjs';

const atOnce = 2000;

export const aVersion = {
  model: 'nothing',
  bundleHash: '0'.repeat(64),
  run: 'run_bench',
  snapshot: 'snap_bench',
  classes: ['a', 'b'],
  backbone: { kind: 'histograms', name: 'histograms', dimensions: 4 },
  head: 'logistic',
  sizeBytes: 1,
  accuracy: null,
  accuracyInterval: null,
  balancedAccuracy: null,
  macroF1: null,
  createdAt: 1,
};

export async function recordPictures(catalog, count) {
  for (let first = 0; first < count; first += atOnce) {
    const rows = Array.from({ length: Math.min(atOnce, count - first) }, (_, n) => aPicture(first + n));
    await catalog.samples.recordIngest('pictures', rows, { annotator: 'bench', at: 1 });
  }
}

function aPicture(n) {
  const contentHash = createHash('sha256').update(String(n)).digest('hex');
  return rowOf({ contentHash, path: `folder/${n}.jpg`, location: '/line', widthPx: 128, heightPx: 96 });
}
