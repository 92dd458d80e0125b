/**
 * @file Have I labeled enough? Heads fitted on shares of the labels, judged on labels they had not seen, draw a learning curve; a power law through it says
 * what the next labels will bring, overall and for each class.
 */
import { createRandom } from '@tintype/autograd/random';
import { groupedFolds } from '../catalog/split.ts';
import { type CurvePoint, fitPowerLaw, valueAt } from './power-law.ts';
import { fitSuggestionHead, type LabeledRows, suggest } from './suggestion-head.ts';

export interface ForecastRequest extends LabeledRows {
  /** [L] near-duplicates share a group. */
  groups: readonly string[];
  /**
   * Accuracy of the head on all pictures as its confidences say: their mean. Labels that were chosen for being hard are judged harder than
   * the whole deserves, by up to 20 points; all errors are scaled down to this.
   */
  expectedAccuracy?: number;
  /** Labels to look ahead; default 100. */
  nextLabels?: number;
  seed: number;
}

export interface Forecast {
  /** Mean accuracy of heads on so many labels, with the middle 95 % of resampled curves. */
  curve: { labels: number; accuracy: number; interval: [number, number] }[];
  gain: number;
  /** The middle 95 % of resampled curves, and at least two points either way. */
  gainInterval: [number, number];
  /** [classCount] share of a class's pictures that is recognized now, and what that gains. */
  classes: { recall: number; gain: number }[];
}

/** What one head on one share said of the held labels. */
interface Judged {
  fold: number;
  labels: number;
  /** [classCount] */
  right: Float64Array;
  held: Float64Array;
}

const folds = 5;
const shares = [0.25, 0.4, 0.6, 0.8, 1] as const;
/** Orders of the labels; one is enough where labels are many, and dear. */
const repeatsUpTo = [
  { labels: 1000, repeats: 2 },
  { labels: Number.POSITIVE_INFINITY, repeats: 1 },
] as const;
const resamples = 200;
/** No forecast is nearer than this, whatever its resampled curves agree on. */
const leastError = 0.02;

/** Undefined where the labels are too few to divide: fewer than ten, or of one class. */
export function forecastLabels(request: ForecastRequest): Forecast | undefined {
  const { classCount, nextLabels = 100, seed } = request;
  const judged = judgeShares(request);
  const curves = groupByFold(judged);
  if (curves.length < 2) return undefined;
  const labels = request.labeled.length;
  const random = createRandom('forecast', seed);
  const lookAhead = (
    some: readonly Judged[],
    of: (one: Judged) => Share,
  ): { now: number; gain: number } | undefined => {
    const law = fitPowerLaw(toPoints(some, of));
    return law && { now: valueAt(law, labels), gain: valueAt(law, labels + nextLabels) - valueAt(law, labels) };
  };
  const whole = lookAhead(judged, overall);
  if (!whole) return undefined;

  const resampled = Array.from({ length: resamples }, () =>
    Array.from(curves, () => curves[Math.floor(random() * curves.length)] as Judged[]).flat(),
  );
  const scale = Math.min(1, (1 - (request.expectedAccuracy ?? 0)) / Math.max(1e-9, 1 - whole.now));
  const onAll = (accuracy: number): number => 1 - (1 - accuracy) * scale;
  const gains = resampled.map((some) => scale * (lookAhead(some, overall)?.gain ?? whole.gain));
  const gain = scale * whole.gain;
  const [low, high] = middle(gains);
  const sizes = [...new Set(judged.map((one) => one.labels))].sort((a, b) => a - b);
  return {
    curve: sizes.map((size) => {
      const means = resampled.flatMap((some) => meanAt(some, size) ?? []).map(onAll);
      return { labels: size, accuracy: onAll(meanAt(judged, size) ?? 0), interval: middle(means) };
    }),
    gain,
    gainInterval: [Math.min(low, gain - leastError), Math.max(high, gain + leastError)],
    classes: Array.from({ length: classCount }, (_, k) => {
      const own = lookAhead(judged, (one) => ({ right: one.right[k] as number, held: one.held[k] as number }));
      return own
        ? { recall: onAll(Math.min(1, Math.max(0, own.now))), gain: scale * own.gain }
        : { recall: 0, gain: 0 };
    }),
  };
}

interface Share {
  right: number;
  held: number;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const overall = (one: Judged): Share => ({ right: sum(one.right), held: sum(one.held) });

function judgeShares({ rows, dimensions, classCount, groups, seed, ...given }: ForecastRequest): Judged[] {
  const labeled = Array.from(given.labeled);
  const classIndices = Array.from(given.classIndices);
  if (labeled.length < 2 * folds || new Set(groups).size < folds) return [];
  const entries = labeled.map((_, n) => ({
    sampleId: String(n),
    className: String(classIndices[n]),
    group: groups[n] as string,
  }));
  const repeats = repeatsUpTo.find((one) => labeled.length <= one.labels)?.repeats ?? 1;
  const judged: Judged[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const foldOf = groupedFolds(entries, { folds, seed: seed + repeat });
    for (let fold = 0; fold < folds; fold += 1) {
      const kept = shuffle(
        labeled.flatMap((_, n) => (foldOf[n] === fold ? [] : [n])),
        `${seed} ${repeat} ${fold}`,
      );
      const held = labeled.flatMap((_, n) => (foldOf[n] === fold ? [n] : []));
      for (const share of shares) {
        const part = kept.slice(0, Math.round(share * kept.length));
        const head = fitSuggestionHead({
          rows,
          dimensions,
          classCount,
          labeled: part.map((n) => labeled[n] as number),
          classIndices: part.map((n) => classIndices[n] as number),
        });
        if (!head) continue;
        const found = suggest(
          head,
          rows,
          held.map((n) => labeled[n] as number),
        );
        judged.push({
          fold: repeat * folds + fold,
          labels: Math.round((share * labeled.length * (folds - 1)) / folds),
          ...countRight(
            found,
            held.map((n) => classIndices[n] as number),
            classCount,
          ),
        });
      }
    }
  }
  return judged;
}

function shuffle<T>(values: T[], word: string): T[] {
  const random = createRandom('shares', word);
  for (let n = values.length - 1; n > 0; n -= 1) {
    const other = Math.floor(random() * (n + 1));
    [values[n], values[other]] = [values[other] as T, values[n] as T];
  }
  return values;
}

function countRight(probabilities: Float32Array, truth: readonly number[], classCount: number) {
  const [right, held] = [new Float64Array(classCount), new Float64Array(classCount)];
  truth.forEach((own, n) => {
    const row = probabilities.subarray(n * classCount, (n + 1) * classCount);
    held[own] = (held[own] as number) + 1;
    if (row.indexOf(Math.max(...row)) === own) right[own] = (right[own] as number) + 1;
  });
  return { right, held };
}

function groupByFold(judged: readonly Judged[]): Judged[][] {
  const groups = new Map<number, Judged[]>();
  for (const one of judged) groups.set(one.fold, [...(groups.get(one.fold) ?? []), one]);
  return [...groups.values()];
}

/** A size's weight is the labels it was judged on; the largest shares, which are nearest to what is asked, weigh more. */
function toPoints(judged: readonly Judged[], of: (one: Judged) => Share): CurvePoint[] {
  const totals = new Map<number, Share>();
  for (const one of judged) {
    const { right, held } = of(one);
    const before = totals.get(one.labels) ?? { right: 0, held: 0 };
    totals.set(one.labels, { right: before.right + right, held: before.held + held });
  }
  return [...totals].flatMap(([labels, { right, held }]) =>
    held > 0 ? [{ labels, value: right / held, weight: held * labels }] : [],
  );
}

function meanAt(judged: readonly Judged[], labels: number): number | undefined {
  return toPoints(
    judged.filter((one) => one.labels === labels),
    overall,
  )[0]?.value;
}

/** From the 2.5th to the 97.5th percentile. */
function middle(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}
