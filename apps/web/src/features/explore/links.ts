/** @file Where a finding, a class or a range of a measure is looked at: the grid with its filter, or a part of this screen. Pure. */
import type { ExploreReport, Finding, FindingKind, PixelMeasureName, Unusual } from '@tintype/contracts/explore';
import { picturesPath } from '../catalog/gallery-filter.ts';

export const exploreParts = {
  overview: '/explore',
  map: '/explore/map',
  classes: '/explore/classes',
  duplicates: '/explore/duplicates',
  check: '/explore/check',
} as const;
export type ExplorePart = keyof typeof exploreParts;

export const partPath = (part: ExplorePart, dataset: string, more: Record<string, string> = {}): string =>
  `${exploreParts[part]}?${new URLSearchParams({ dataset, ...more })}`;

export const picturePath = (sampleId: string): string => `/pictures?sample=${sampleId}`;

/** In order, so that the first is the farthest. */
export const unusualPath = (
  dataset: string,
  measure: PixelMeasureName,
  { from, to }: Pick<Unusual, 'from' | 'to'>,
): string => picturesPath({ dataset, measure: `${measure}:${from}:${to}`, sort: from === 0 ? measure : `-${measure}` });

/** Pictures of a bin; the first and last hold what lies beyond, too. */
export function binPath(
  dataset: string,
  measure: PixelMeasureName,
  { from, to, isFirst, isLast }: { from: number; to: number; isFirst: boolean; isLast: boolean },
): string {
  const [low, high] = [isFirst ? '' : short(from), isLast ? '' : short(to)];
  return picturesPath({ dataset, measure: `${measure}:${low}:${high}`, sort: measure });
}

const short = (value: number): string => String(Number(value.toFixed(4)));

/** Pictures twice as far from their neighbors as usual, or farther. */
export const outliersPath = (dataset: string): string =>
  picturesPath({ dataset, measure: 'outlier:0.5:', sort: '-outlier' });

export const mistakesPath = (dataset: string): string => `/label/mistakes?${new URLSearchParams({ dataset })}`;

type Way = (report: ExploreReport) => string;

const unusualWay =
  (name: Unusual['name']): Way =>
  ({ dataset, measures }) => {
    const measure = measures.find(({ unusual }) => unusual.some((one) => one.name === name));
    const bound = measure?.unusual.find((one) => one.name === name);
    return measure && bound ? unusualPath(dataset, measure.measure, bound) : picturesPath({ dataset });
  };

/** Total by type: every finding leads somewhere. */
const ways: Record<FindingKind, Way> = {
  unreadable: ({ dataset }) => `${partPath('check', dataset)}#unreadable`,
  leakage: ({ dataset }) => partPath('duplicates', dataset, { show: 'leaking' }),
  'disagreeing-duplicates': ({ dataset }) => partPath('duplicates', dataset, { show: 'disagreeing' }),
  mistakes: ({ dataset }) => mistakesPath(dataset),
  'exact-duplicates': ({ dataset }) => partPath('duplicates', dataset, { show: 'exact' }),
  'near-duplicates': ({ dataset }) => partPath('duplicates', dataset),
  outliers: ({ dataset }) => outliersPath(dataset),
  dark: unusualWay('dark'),
  bright: unusualWay('bright'),
  blurred: unusualWay('blurred'),
  flat: unusualWay('flat'),
  gray: unusualWay('gray'),
  small: ({ dataset }) => picturesPath({ dataset, sort: 'size' }),
  imbalance: ({ dataset }) => partPath('classes', dataset),
  few: ({ dataset }) => partPath('classes', dataset),
  unlabeled: ({ dataset }) => picturesPath({ dataset, class: '' }),
};

export const findingPath = (kind: Finding['kind'], report: ExploreReport): string => ways[kind](report);
