/** @file Rows to fill a catalog with in contract suites. */
import { createHash } from 'node:crypto';
import type { Snapshot, SnapshotEntry } from '@tintype/contracts/catalog';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { LabelEvent } from '@tintype/contracts/label';
import type { Catalog, IngestRow, NewVersion } from './catalog.ts';

/** Opens a new, empty catalog; the suite disposes it. */
export type OpenCatalog = () => Promise<Catalog>;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
export const idOf = (name: string, dataset = 'pets'): string =>
  `s_${hashOf(`${dataset}\n${hashOf(name)}`).slice(0, 20)}`;

export const by = { annotator: 'tester', at: 1000 };

interface RowOptions {
  dataset?: string;
  className?: string | null;
  /** Content, when the file is a copy of another. */
  copyOf?: string;
  sizeBytes?: number;
}

/** A picture whose content is its path, of the class that its folder names. */
export function aRow(path: string, options: RowOptions = {}): IngestRow {
  const { dataset = 'pets', className = path.split('/')[0] as string, copyOf = path, sizeBytes = 100 } = options;
  return {
    origin: { location: '/pictures', path, sizeBytes, modifiedAt: 12.5 },
    className,
    labelSource: 'folder',
    sample: {
      id: idOf(copyOf, dataset),
      contentHash: hashOf(copyOf),
      path,
      format: 'jpeg',
      widthPx: 40,
      heightPx: 30,
      sizeBytes,
      perceptualHash: '00ff00ff00ff00ff',
    },
  };
}

export function aRejection(path: string): IngestRow {
  return {
    origin: { location: '/pictures', path, sizeBytes: 0, modifiedAt: 1 },
    rejection: { code: 'IMAGE_EMPTY', detail: 'The file has no bytes.' },
  };
}

export async function fill(catalog: Catalog, paths: readonly string[], dataset = 'pets'): Promise<string[]> {
  await catalog.samples.recordIngest(
    dataset,
    paths.map((path) => aRow(path, { dataset })),
    by,
  );
  return paths.map((path) => idOf(path, dataset));
}

export function aLabel(id: string, sampleId: string, className: string | null): LabelEvent {
  return { id: `label_${id}`, sampleId, className, annotator: 'ada', source: 'human', at: 2000 };
}

export function aSnapshot(digit: string, options: Partial<Snapshot> = {}): Snapshot {
  return {
    id: `snap_${digit.repeat(16)}`,
    dataset: 'pets',
    seed: 1,
    shares: { train: 0.7, validation: 0.1, test: 0.2 },
    classes: ['cat', 'dog'],
    counts: { train: 1, validation: 1, test: 1 },
    classCounts: { cat: 2, dog: 1 },
    groups: 3,
    createdAt: 3000,
    ...options,
  };
}

export function anEntry(sampleId: string, split: SnapshotEntry['split'], className = 'cat'): SnapshotEntry {
  return { sampleId, contentHash: hashOf(sampleId), className, group: `g_${sampleId.slice(2)}`, split };
}

export function aVersion(model: string, options: Partial<NewVersion> = {}): NewVersion {
  return {
    model,
    bundleHash: hashOf(model),
    run: 'run_1',
    snapshot: 'snap_1',
    classes: ['cat', 'dog'],
    backbone: { kind: 'histograms', name: 'histograms', dimensions: 12 },
    head: 'logistic',
    sizeBytes: 1234,
    accuracy: 0.875,
    accuracyInterval: [0.8, 0.93],
    balancedAccuracy: 0.86,
    macroF1: 0.85,
    createdAt: 4000,
    ...options,
  };
}

export function anEvaluation(id: string): Omit<Evaluation, 'model' | 'version'> {
  return {
    id: `eval_${id}`,
    on: 'test',
    samples: 8,
    accuracy: 0.875,
    accuracyInterval: [0.8, 0.93],
    balancedAccuracy: 0.86,
    macroF1: 0.85,
    classes: [{ className: 'cat', support: 4, precision: 1, recall: 0.75, f1: 0.86 }],
    confusion: [
      [3, 1],
      [0, 4],
    ],
    calibration: { before: 0.1, after: 0.05, temperature: 1.2 },
    mistakes: [],
    durationMs: 12,
    at: 4000,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
