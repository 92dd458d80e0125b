/** @file What the fixture says about reports, comparisons and lineage: made up, the same every time. */
import type { ListedSample } from '@tintype/contracts/catalog';
import {
  type ClassThresholds,
  type EvaluationReport,
  type Lineage,
  type ReliabilityBin,
  thresholdSteps,
  type VersionComparison,
} from '@tintype/contracts/evaluation-report';
import type { Neighbor, Prediction } from '@tintype/contracts/serve';
import { buildEvaluation, buildHistory, buildVersion, fixtureClasses } from './web-fixture-data.ts';

const day = 86_400_000;

/** The answer of a GET, or undefined where it is about something else. */
export function answerModelQuestion(url: URL, samples: readonly ListedSample[]): unknown {
  const [, , , model, , number = '', question] = url.pathname.split('/');
  const version = Number(number);
  if (model !== 'recyclables' || ![1, 2, 3].includes(version)) return undefined;
  const on = (url.searchParams.get('on') ?? 'test') as EvaluationReport['on'];
  if (question === 'report') return version === 1 ? anEmptyReport(on) : buildReport(version, on);
  if (question === 'compare') return buildComparison(version, Number(url.searchParams.get('other')), samples);
  if (question === 'lineage') return buildLineage(version);
  if (question === 'answers') return { total: 4, sampleIds: samples.slice(0, 4).map(({ id }) => id) };
  return undefined;
}

/** Labeled pictures like the one that was asked about. */
const buildNeighbors = (className: string, samples: readonly ListedSample[]): Neighbor[] =>
  samples
    .filter((sample) => sample.className === className)
    .slice(0, 5)
    .map((sample, n) => ({
      content_hash: sample.contentHash,
      class: className,
      similarity: 0.97 - 0.04 * n,
      sample_id: sample.id,
      thumbnail: `/api/samples/${sample.id}/thumbnail`,
    }));

/** What a prediction says beside the answer. */
export function explainAnswer(
  explain: string | null,
  className: string,
  samples: readonly ListedSample[],
): Pick<Prediction, 'neighbors' | 'occlusion'> {
  if (explain === 'neighbors') return { neighbors: buildNeighbors(className, samples) };
  if (explain !== 'occlusion') return {};
  const side = 10;
  const drops = Array.from({ length: side * side }, (_, cell) => {
    const [x, y] = [(cell % side) - 4.5, Math.floor(cell / side) - 5];
    return 0.42 * Math.exp(-(x * x + y * y) / 9) - 0.01;
  });
  return {
    occlusion: { class: className, rows: side, columns: side, region: { left: 0, top: 0, width: 1, height: 1 }, drops },
  };
}

function anInterval(share: number, total: number): [number, number] {
  const half = 1.96 * Math.sqrt((share * (1 - share) + 0.02) / Math.max(1, total));
  return [Math.max(0, share - half), Math.min(1, share + half)];
}

const anEmptyReport = (on: EvaluationReport['on']): EvaluationReport => ({
  on,
  pictures: 0,
  accuracy: 0,
  accuracyInterval: [0, 1],
  temperature: 1,
  reliability: { before: [], after: [] },
  thresholds: [],
  slices: [],
});

function buildReport(version: number, on: EvaluationReport['on']): EvaluationReport {
  const evaluation = buildEvaluation(version);
  const counts = [4, 9, 14, 17, 22, 31, 94];
  const bins = (gap: number): ReliabilityBin[] =>
    counts.map((pictures, n) => {
      const from = 0.3 + n / 10;
      const confidence = from + 0.052;
      const accuracy = Math.min(1, Math.max(0, confidence - gap * (1 - confidence) * 2 + (n % 2 ? 0.02 : -0.02)));
      return { from, to: from + 0.1, pictures, confidence, accuracy, interval: anInterval(accuracy, pictures) };
    });
  return {
    on,
    pictures: evaluation.samples,
    accuracy: evaluation.accuracy,
    accuracyInterval: evaluation.accuracyInterval,
    temperature: evaluation.calibration.temperature,
    reliability: { before: bins(0.3), after: bins(0.03) },
    thresholds: buildThresholds(evaluation),
    slices: buildSlices(evaluation.accuracy),
  };
}

/** Wrong answers are less sure than right ones. */
function buildThresholds({ classes, confusion }: ReturnType<typeof buildEvaluation>): ClassThresholds[] {
  return classes.map(({ className, support }, k) => {
    const predicted = new Array<number>(thresholdSteps).fill(0);
    const right = new Array<number>(thresholdSteps).fill(0);
    const all = confusion.reduce((sum, row) => sum + (row[k] ?? 0), 0);
    const good = confusion[k]?.[k] ?? 0;
    for (let n = 0; n < all; n += 1) {
      const step = n < good ? 99 - Math.floor(60 * (n / Math.max(1, good)) ** 3) : 35 + ((n * 17) % 52);
      predicted[step] = (predicted[step] ?? 0) + 1;
      if (n < good) right[step] = (right[step] ?? 0) + 1;
    }
    return { className, pictures: support, predicted, right };
  });
}

function buildSlices(accuracy: number): EvaluationReport['slices'] {
  const rows = [
    ['dataset', 'recyclables', 172, 0.01],
    ['dataset', 'street', 19, -0.09],
    ['size', '64 to 128 px', 24, -0.29],
    ['size', '128 to 256 px', 131, 0.05],
    ['size', '256 to 512 px', 36, 0.02],
    ['brightness', '0 to 25 %', 12, -0.16],
    ['brightness', '25 to 50 %', 74, 0.01],
    ['brightness', '50 to 75 %', 105, 0.03],
    ['tag', 'blurred', 17, -0.11],
  ] as const;
  return rows.map(([kind, name, pictures, change]) => {
    const own = Math.min(1, accuracy + change);
    const interval = anInterval(own, pictures);
    const rest = accuracy - change / 8;
    return { kind, name, pictures, accuracy: own, interval, rest, standsOut: rest < interval[0] || rest > interval[1] };
  });
}

function buildComparison(version: number, other: number, samples: readonly ListedSample[]): VersionComparison {
  const none = version === 1 || other === 1;
  const [won, lost] = version > other ? [21, 6] : [6, 21];
  const pictures = none ? 0 : 191;
  const rows = (count: number, from: number) =>
    samples.slice(from, from + count).map((sample, n) => {
      const className = sample.className ?? 'boxes';
      const wrong = fixtureClasses[(fixtureClasses.indexOf(className as never) + 1 + (n % 3)) % 5] as string;
      return { sampleId: sample.id, className, wrong };
    });
  const right = none ? 0 : 148;
  const judged = (count: number): VersionComparison['own'] => ({
    accuracy: none ? 0 : count / pictures,
    interval: none ? [0, 1] : anInterval(count / pictures, pictures),
  });
  return {
    version,
    other,
    pictures,
    own: judged(right + won),
    others: judged(right + lost),
    bothRight: right,
    onlyOwnRight: none ? 0 : won,
    onlyOtherRight: none ? 0 : lost,
    bothWrong: none ? 0 : pictures - right - won - lost,
    p: none ? 1 : 0.00592,
    won: none
      ? []
      : rows(won, 3).map(({ wrong, ...row }) => ({ ...row, predicted: row.className, otherPredicted: wrong })),
    lost: none
      ? []
      : rows(lost, 30).map(({ wrong, ...row }) => ({ ...row, predicted: wrong, otherPredicted: row.className })),
    unanswered: [version, other].filter((one) => one === 1),
  };
}

function buildLineage(number: number): Lineage {
  const version = buildVersion(number);
  const { createdAt } = version;
  return {
    version,
    moves: buildHistory()
      .filter((move) => move.version === number || move.previous === number)
      .toReversed(),
    run: {
      id: version.run ?? '',
      snapshot: version.snapshot ?? '',
      status: 'succeeded',
      options: { backbone: version.backbone.name, head: version.head, seed: 1, classWeights: 'none', gates: [] },
      startedAt: createdAt - 42_000,
      endedAt: createdAt,
      error: null,
    },
    snapshot: {
      id: version.snapshot ?? '',
      dataset: 'recyclables',
      seed: 1,
      shares: { train: 0.7, validation: 0.1, test: 0.2 },
      classes: [...fixtureClasses],
      counts: { train: 689, validation: 96, test: 191 },
      classCounts: {},
      groups: 958,
      createdAt: createdAt - 43_000,
    },
    labelers: [
      { annotator: 'ada', source: 'human', labels: 512, firstAt: createdAt - 3 * day, lastAt: createdAt - day },
      { annotator: 'ingest', source: 'folder', labels: 408, firstAt: createdAt - 4 * day, lastAt: createdAt - 4 * day },
      { annotator: 'grace', source: 'human', labels: 56, firstAt: createdAt - 2 * day, lastAt: createdAt - day },
    ],
  };
}
