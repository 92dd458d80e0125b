/** @file What the fixture answers to the Label screen: suggestions that are mostly right, a forecast, some mistakes. */
import type { ListedSample } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { ClassEvent } from '@tintype/contracts/label';
import type {
  GridsView,
  LabelCluster,
  LabelForecast,
  NextView,
  PickReason,
  SuspectsView,
} from '@tintype/contracts/label-assist';
import { drawingOf, fixtureClasses } from './web-fixture-data.ts';

export interface FixtureLabeling {
  /** `preparing`: features are being extracted. `fresh`: nobody labeled anything. `done`: everything has a label. */
  stage: 'preparing' | 'fresh' | 'ready' | 'done';
}

const reasons: readonly PickReason[] = ['uncertain', 'typical', 'uncertain', 'random', 'rare'];

/** Undefined where the address is of no labeling. */
export function answerLabel(
  route: string,
  url: URL,
  { samples, labeling }: { samples: readonly ListedSample[]; labeling: FixtureLabeling },
): unknown {
  if (route === 'GET /api/classes')
    return {
      items: labeling.stage === 'fresh' ? [] : fixtureClasses.map((name, position) => ({ name, position, key: null })),
    };
  if (route === 'POST /api/classes/changes')
    return {
      id: 'class_1',
      change: { kind: 'rename', name: 'boxes', to: 'cartons' },
      labels: 48,
      annotator: 'ada',
      at: 1,
    } satisfies ClassEvent;
  if (route === 'POST /api/label/events') return { changed: 1 };
  if (!url.pathname.startsWith('/api/label/')) return undefined;
  if (labeling.stage === 'preparing')
    throw new TintypeError('LABELING_NOT_READY', { dataset: 'recyclables', done: 84, total: 216, retryAfterS: 2 });
  const open =
    labeling.stage === 'done' ? [] : samples.filter(({ dataset }) => dataset === 'recyclables').slice(0, 150);
  const answers: Record<string, () => unknown> = {
    'GET /api/label/next': () => listNext(open, labeling),
    'GET /api/label/grids': () => (labeling.stage === 'fresh' ? { items: [] } : listGrids(samples)),
    'GET /api/label/clusters': () => ({ items: listHeaps(samples) }),
    'GET /api/label/suspects': () => listSuspects(open),
    'GET /api/label/forecast': () => ({ forecast: labeling.stage === 'fresh' ? null : forecast }),
    'GET /api/label/audit-bound': () => stateBound(url.searchParams),
  };
  return answers[route]?.();
}

const classOf = (sample: ListedSample, samples: readonly ListedSample[]): string =>
  drawingOf(samples.indexOf(sample)).className;

function listNext(open: readonly ListedSample[], { stage }: FixtureLabeling): NextView {
  return {
    items: open.map((sample, n) => ({
      sampleId: sample.id,
      reason: reasons[n % reasons.length] as PickReason,
      wanted: reasons[n % reasons.length] === 'rare' ? 'soda-cans' : null,
      suggestion:
        stage === 'fresh' ? null : { className: classOf(sample, open), confidence: 0.93 - ((n * 7) % 40) / 100 },
    })),
    progress: {
      labeled: 66,
      unlabeled: open.length,
      unreadable: 0,
      classes: fixtureClasses.map((className, n) => ({ className, labels: stage === 'fresh' ? 0 : 21 - 4 * n })),
    },
  };
}

function listGrids(samples: readonly ListedSample[]): GridsView {
  return {
    items: fixtureClasses.map((className, k) => {
      const own = samples.filter((_, n) => drawingOf(n).className === className).slice(0, 44);
      const items = own.map(({ id }, n) => ({ sampleId: id, confidence: 0.99 - n * 0.004 - k * 0.01 }));
      return { className, items, expectedWrong: 0.4 + 1.7 * k, waiting: items.length + 60 * k };
    }),
  };
}

function listHeaps(samples: readonly ListedSample[]): LabelCluster[] {
  return fixtureClasses.map((className, k) => {
    const sampleIds = samples.filter((_, n) => drawingOf(n).className === className).map(({ id }) => id);
    return {
      id: `cluster_${k}`,
      sampleIds,
      typical: sampleIds.slice(0, 9),
      suggestion: { className, confidence: 0.91 - k * 0.06 },
      audit: sampleIds.slice(0, 40),
    };
  });
}

function listSuspects(open: readonly ListedSample[]): SuspectsView {
  return {
    items: open.slice(0, 40).map((sample, n) => {
      const truth = classOf(sample, open);
      const className = fixtureClasses.find((name) => name !== truth) ?? truth;
      return {
        sampleId: sample.id,
        className,
        suggestion: { className: truth, confidence: 0.97 - n * 0.01 },
        confidence: 0.01 + n * 0.005,
        isLikelyWrong: n < 12,
      };
    }),
    likelyWrong: Math.min(12, open.length),
    score: { accuracy: 0.872, interval: [0.824, 0.909], labels: 240 },
  };
}

const forecast: LabelForecast = {
  curve: [
    { labels: 20, accuracy: 0.58, interval: [0.5, 0.66] },
    { labels: 33, accuracy: 0.71, interval: [0.65, 0.77] },
    { labels: 50, accuracy: 0.79, interval: [0.74, 0.84] },
    { labels: 66, accuracy: 0.83, interval: [0.79, 0.87] },
  ],
  nextLabels: 100,
  gain: 0.034,
  gainInterval: [0.014, 0.054],
  classes: fixtureClasses.map((className, k) => ({ className, recall: 0.94 - k * 0.06, gain: 0.008 + k * 0.014 })),
};

function stateBound(query: URLSearchParams): unknown {
  const [looks, errors] = [Number(query.get('looks')), Number(query.get('errors'))];
  const upper = Math.min(1, (3 + 2 * errors) / looks);
  return { method: 'anytime', looks, errors, upper, upperMended: upper * 0.9, confidence: 0.95 };
}
