/** @file Made-up explorations for the page's tests: a report, a map of any number of points, and one that is under way. */
import type { ListedSample } from '@tintype/contracts/catalog';
import {
  type ExploredSample,
  type ExploreReport,
  type ExploreView,
  type MapView,
  mapDoubts,
  pixelMeasureNames,
} from '@tintype/contracts/explore';
import { splits } from '@tintype/contracts/ids';
import { drawPicture } from './drawn-pictures.ts';
import { drawingOf, fixtureClasses } from './web-fixture-data.ts';

export type ExploreState = 'explored' | 'never' | 'running';

const blockRows = 1000;
const at = Date.UTC(2026, 10, 21, 9, 30);
let meanPicture: string | undefined;

/** Undefined where the request is about something else. */
export async function answerExplore(url: URL, all: readonly ListedSample[], state: ExploreState): Promise<unknown> {
  const dataset = url.searchParams.get('dataset') ?? 'recyclables';
  const samples = all.filter((sample) => sample.dataset === dataset && sample.removedAt === null);
  if (url.pathname === '/api/explore/map') return buildMap(dataset, samples, url.searchParams.get('method'));
  if (url.pathname !== '/api/explore') return undefined;
  return buildView(dataset, samples, state);
}

async function buildView(dataset: string, samples: readonly ListedSample[], state: ExploreState): Promise<ExploreView> {
  if (state === 'explored')
    return {
      dataset,
      report: await buildReport(dataset, samples),
      isStale: false,
      methods: ['pca', 'umap'],
      job: null,
    };
  const job = {
    id: 'job_fixture',
    kind: 'explore' as const,
    input: { dataset },
    status: 'running' as const,
    priority: 0,
    attempts: 1,
    retryAt: null,
    parent: null,
    progress: { stage: 'features', done: Math.floor(samples.length / 3), total: samples.length },
    result: null,
    error: null,
    createdAt: at,
    startedAt: at,
    endedAt: null,
  };
  return { dataset, report: null, isStale: false, methods: [], job: state === 'running' ? job : null };
}

/** Heaps around a circle, one a class, a little noise between them. */
function buildMap(dataset: string, samples: readonly ListedSample[], method: string | null): MapView {
  const blocks: MapView['blocks'] = [];
  for (let start = 0; start < samples.length; start += blockRows) {
    const own = samples.slice(start, start + blockRows);
    const places = own.map((sample, n) => placeOf(sample, start + n, method === 'umap' ? 0.17 : 0.3));
    blocks.push({
      sampleIds: own.map(({ id }) => id),
      x: places.map(([x]) => x),
      y: places.map(([, y]) => y),
      classIndices: own.map(({ className }) => fixtureClasses.findIndex((name) => name === className)),
      splits: own.map(({ split }) => splits.findIndex((name) => name === split)),
      doubts: own.map(({ className }, n) =>
        mapDoubts.indexOf(
          className === null ? 'unlabeled' : (start + n) % 53 === 7 ? 'wrong' : n % 29 === 3 ? 'unsure' : 'agrees',
        ),
      ),
    });
  }
  return { dataset, method: method === 'umap' ? 'umap' : 'pca', classes: [...fixtureClasses], blocks };
}

function placeOf({ className }: ListedSample, position: number, spread: number): [number, number] {
  const heap = className === null ? position % 5 : fixtureClasses.findIndex((name) => name === className);
  const angle = (heap / fixtureClasses.length) * 2 * Math.PI;
  const [turn, away] = [position * 2.399963, Math.sqrt(((position * 7919) % 1009) / 1009)];
  const wide = spread * (1 + 0.35 * Math.sin(3 * turn + heap));
  const round = (value: number): number => Number(Math.max(-1, Math.min(1, value)).toFixed(4));
  return [
    round(0.7 * Math.cos(angle) + wide * away * Math.cos(turn)),
    round(0.7 * Math.sin(angle) + wide * away * Math.sin(turn)),
  ];
}

const toExplored = ({ id, path, className, split, widthPx, heightPx }: ListedSample): ExploredSample => ({
  id,
  path,
  className,
  split,
  widthPx,
  heightPx,
});

async function buildReport(dataset: string, samples: readonly ListedSample[]): Promise<ExploreReport> {
  meanPicture ??= Buffer.from(await drawPicture({ ...drawingOf(3), sizePx: 64 })).toString('base64');
  const some = (start: number, count: number, step = 7): ExploredSample[] =>
    Array.from({ length: count }, (_, n) => samples[(start + n * step) % samples.length])
      .flatMap((sample) => sample ?? [])
      .map(toExplored);
  const names = [...fixtureClasses, null];
  const classes = names.map((className) => {
    const own = samples.filter((sample) => sample.className === className);
    const count = (split: ListedSample['split']): number => own.filter((sample) => sample.split === split).length;
    return {
      className,
      pictures: own.length,
      splits: { train: count('train'), validation: count('validation'), test: count('test'), none: count(null) },
      meanPicture: meanPicture ?? null,
      meanColor: '#a9a295',
      sheet: own.slice(0, 24).map(toExplored),
      measures: Object.fromEntries(pixelMeasureNames.map((name) => [name, { low: 0.21, median: 0.48, high: 0.83 }])),
    };
  });
  return {
    dataset,
    backbone: 'histograms',
    at,
    durationMs: 8400,
    pictures: samples.length,
    unlabeled: samples.filter(({ className }) => className === null).length,
    sizeBytes: samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    findings,
    classes,
    sizes: {
      common: [
        { widthPx: 256, heightPx: 192, pictures: 171 },
        { widthPx: 192, heightPx: 256, pictures: 34 },
        { widthPx: 640, heightPx: 480, pictures: 11 },
      ],
      distinct: 9,
      formats: [
        { format: 'jpeg', pictures: 198 },
        { format: 'png', pictures: 18 },
      ],
      shorterSide: aHistogram(16, 16_384, 20, true),
      shorterSideSpread: { low: 192, median: 192, high: 480 },
      aspectRatio: aHistogram(0.25, 4, 25, true),
      aspectRatioSpread: { low: 0.75, median: 1.33, high: 1.33 },
    },
    measures: pixelMeasureNames.map((measure) => ({
      measure,
      histogram: measure === 'sharpness' ? aHistogram(1, 20_000, 24, true) : aHistogram(0, tops[measure], 24, false),
      spread: { low: 0.2 * tops[measure], median: 0.5 * tops[measure], high: 0.8 * tops[measure] },
      unusual:
        measure === 'brightness'
          ? [{ name: 'dark' as const, from: 0, to: 0.12, pictures: 3, examples: some(4, 3) }]
          : measure === 'sharpness'
            ? [{ name: 'blurred' as const, from: 0, to: 50, pictures: 9, examples: some(11, 9) }]
            : [],
    })),
    duplicates: {
      total: 4,
      pictures: 11,
      groups: [
        { kind: 'exact', similarity: 1, samples: some(2, 2), isDisagreeing: true, isLeaking: true },
        { kind: 'exact', similarity: 1, samples: some(30, 2, 5), isDisagreeing: false, isLeaking: false },
        { kind: 'exact', similarity: 1, samples: some(45, 3, 5), isDisagreeing: false, isLeaking: false },
        { kind: 'near', similarity: 0.962, samples: some(60, 4, 5), isDisagreeing: false, isLeaking: false },
      ],
    },
    leakage: {
      snapshot: 'snap_0123456789abcdef',
      groups: 1,
      pairs: [0, 1, 2].map((n) => {
        const [a, b] = some(20 + 9 * n, 2, 5);
        return { samples: [a, b] as [ExploredSample, ExploredSample], similarity: 0.984 - 0.01 * n };
      }),
    },
    outliers: some(9, 8).map((sample, n) => ({ sample, distance: 4.2 - 0.25 * n })),
    doubts: {
      labels: samples.length,
      likelyWrong: 6,
      items: some(13, 10).map((sample, n) => ({
        sample,
        confidence: 0.04 + 0.03 * n,
        suggestion: { className: fixtureClasses[(n + 2) % 5] as string, confidence: 0.91 - 0.05 * n },
        isLikelyWrong: n < 6,
      })),
    },
    unreadable: {
      total: 2,
      items: [
        { path: 'boxes/broken.jpg', code: 'IMAGE_TRUNCATED', detail: 'The picture ends before its last row.' },
        { path: 'notes.txt', code: 'IMAGE_UNRECOGNIZED', detail: 'This is not a picture.' },
      ],
    },
  };
}

const tops = { brightness: 1, contrast: 0.5, sharpness: 2000, saturation: 1, colorfulness: 120, entropy: 8 } as const;

/** A hill whose top lies a little right of the middle. */
function aHistogram(from: number, to: number, bins: number, isLog: boolean): ExploreReport['measures'][0]['histogram'] {
  const edges = Array.from({ length: bins + 1 }, (_, n) =>
    isLog ? from * (to / from) ** (n / bins) : from + ((to - from) * n) / bins,
  );
  const counts = Array.from({ length: bins }, (_, n) =>
    Math.round(40 * Math.exp(-(((n - 0.55 * bins) / (bins / 5)) ** 2))),
  );
  return { edges, counts };
}

const findings: ExploreReport['findings'] = [
  {
    kind: 'leakage',
    weight: 'grave',
    count: 1,
    sentence: '1 group of duplicates is divided between splits: what is tested on was learned.',
    advice: 'Merge them, or train again: a new snapshot keeps every group in one split.',
  },
  {
    kind: 'mistakes',
    weight: 'grave',
    count: 6,
    sentence: '6 labels are probably wrong, as heads that have not seen them judge.',
    advice: 'Go through them one by one: one key keeps or changes a label.',
  },
  {
    kind: 'exact-duplicates',
    weight: 'look',
    count: 3,
    sentence: '3 groups hold the same pixels more than once.',
    advice: 'Merge them: one picture stays, the others go to the trash.',
  },
  {
    kind: 'blurred',
    weight: 'look',
    count: 9,
    sentence: '9 pictures are blurred, or of something without edges.',
    advice: 'Look whether a person could tell the class; where not, neither can a model.',
  },
  {
    kind: 'unlabeled',
    weight: 'look',
    count: 5,
    sentence: '5 pictures have no label.',
    advice: 'Label them; the model suggests while you do.',
  },
];
