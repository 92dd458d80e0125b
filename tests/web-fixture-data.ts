/** @file Made-up samples, models and evaluations for the page's tests: any number, the same every time. */
import { createHash } from 'node:crypto';
import type { ListedSample } from '@tintype/contracts/catalog';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { AliasLogEntry, ModelVersion } from '@tintype/contracts/registry';
import { type RecyclableClass, recyclableClasses } from '@tintype/example-recyclables/render';

/** Classes in class-index order. */
export const fixtureClasses = [...recyclableClasses].sort();
const startAt = Date.UTC(2026, 10, 21, 5, 0);
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** 0 to 1, by text (FNV-1a): cheap, since a large gallery asks often. */
function chance(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
}

/** What the picture of a sample is drawn from; pictures repeat after 60 so that a large gallery costs little. */
export const drawingOf = (position: number): { className: RecyclableClass; seed: number } => ({
  className: recyclableClasses[position % recyclableClasses.length] as RecyclableClass,
  seed: Math.floor(position / recyclableClasses.length) % 12,
});

export function buildSample(position: number): ListedSample {
  const { className } = drawingOf(position);
  const contentHash = hash(`picture ${position}`);
  const draw = chance(`split ${position}`);
  return {
    id: `s_${contentHash.slice(0, 20)}`,
    dataset: position % 10 === 9 ? 'street' : 'recyclables',
    contentHash,
    path: `${className}/${className}-${String(Math.floor(position / 5)).padStart(5, '0')}.jpg`,
    format: 'jpeg',
    widthPx: 256,
    heightPx: 192,
    sizeBytes: 9000 + Math.round(8000 * chance(`size ${position}`)),
    perceptualHash: contentHash.slice(20, 36),
    className: position % 37 === 36 ? null : className,
    group: null,
    ...(position % 37 === 36
      ? { annotator: null, labelSource: null, labeledAt: null }
      : { annotator: 'ingest', labelSource: 'folder', labeledAt: startAt + position * 1000 }),
    createdAt: startAt + position * 1000,
    removedAt: null,
    split: position % 37 === 36 ? null : draw < 0.7 ? 'train' : draw < 0.8 ? 'validation' : 'test',
  };
}

/** Wilson's 95 % interval. */
function computeInterval(successes: number, total: number): [number, number] {
  const z = 1.96;
  const share = successes / total;
  const center = (share + z ** 2 / (2 * total)) / (1 + z ** 2 / total);
  const half = (z / (1 + z ** 2 / total)) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

/** Rows true, columns predicted; later versions are better. */
function buildConfusion(version: number): number[][] {
  const skill = 0.62 + 0.1 * version;
  return fixtureClasses.map((_, row) => {
    const support = 34 + ((row * 7) % 13);
    const right = Math.round(support * Math.min(0.98, skill + 0.03 * (row % 3)));
    const counts = fixtureClasses.map(() => 0);
    counts[row] = right;
    for (let wrong = right; wrong < support; wrong += 1) {
      const draw = Math.floor(chance(`confusion ${version} ${row} ${wrong}`) * (fixtureClasses.length + 3));
      const column = draw < fixtureClasses.length ? draw : (row + 2) % fixtureClasses.length;
      const target = column === row ? (row + 1) % fixtureClasses.length : column;
      counts[target] = (counts[target] ?? 0) + 1;
    }
    return counts;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

export function buildEvaluation(version: number): Evaluation {
  const confusion = buildConfusion(version);
  const classes = fixtureClasses.map((className, index) => {
    const right = confusion[index]?.[index] ?? 0;
    const support = sum(confusion[index] ?? []);
    const predicted = sum(confusion.map((row) => row[index] ?? 0));
    const recall = right / support;
    const precision = right / predicted;
    return { className, support, precision, recall, f1: (2 * precision * recall) / (precision + recall) };
  });
  const right = sum(fixtureClasses.map((_, index) => confusion[index]?.[index] ?? 0));
  const samples = sum(confusion.flat());
  return {
    id: `eval_${version}`,
    model: 'recyclables',
    version,
    on: `snap_${hash('snapshot').slice(0, 16)}/test`,
    samples,
    accuracy: right / samples,
    accuracyInterval: computeInterval(right, samples),
    balancedAccuracy: mean(classes.map((entry) => entry.recall)),
    macroF1: mean(classes.map((entry) => entry.f1)),
    classes,
    confusion,
    calibration: { before: 0.094 - version * 0.01, after: 0.031 - version * 0.004, temperature: 1.42 },
    mistakes: Array.from({ length: 14 }, (_, i) => {
      const sample = buildSample(i * 5 + (i % 5));
      const className = sample.className ?? 'boxes';
      const predicted = fixtureClasses[
        (fixtureClasses.indexOf(className as RecyclableClass) + 1 + (i % 3)) % 5
      ] as string;
      return { sample: sample.id, className, predicted, confidence: 0.97 - i * 0.031 };
    }),
    durationMs: 812,
    at: startAt + version * 3_600_000,
  };
}

export function buildVersion(version: number): ModelVersion {
  const evaluation = buildEvaluation(version);
  const isOnnx = version > 1;
  return {
    model: 'recyclables',
    version,
    bundleHash: hash(`bundle ${version}`),
    run: `run_${hash(`run ${version}`).slice(0, 12)}`,
    snapshot: `snap_${hash('snapshot').slice(0, 16)}`,
    classes: fixtureClasses,
    backbone: isOnnx
      ? { kind: 'onnx', name: 'mobilenetv2-imagenet-fp32.onnx', dimensions: 1280 }
      : { kind: 'histograms', name: 'histograms', dimensions: 1444 },
    head: version === 2 ? 'knn' : 'logistic',
    sizeBytes: isOnnx ? 8_900_000 : 61_000,
    accuracy: evaluation.accuracy,
    accuracyInterval: evaluation.accuracyInterval,
    balancedAccuracy: evaluation.balancedAccuracy,
    macroF1: evaluation.macroF1,
    createdAt: startAt + version * 3_600_000,
    aliases: [],
  };
}

export const buildHistory = (): AliasLogEntry[] => [
  { model: 'recyclables', alias: 'champion', version: 1, previous: null, by: 'train', at: startAt + 3_600_000 },
  { model: 'recyclables', alias: 'champion', version: 2, previous: 1, by: 'ada', at: startAt + 7_300_000 },
];
