/** @file Filters as people read them: one line for each that is on, and how to take it off. */
import {
  type DataIssueKind,
  type MeasureName,
  parseMeasureRange,
  parseRange,
  type Range,
} from '@tintype/contracts/catalog';
import type { LabelSource } from '@tintype/contracts/label';
import { formatShare } from '../../components/format.ts';
import type { PicturesQuery } from './gallery-filter.ts';

export interface FilterWord {
  /** The names of the query that it stands for. */
  names: readonly (keyof PicturesQuery)[];
  text: string;
}

export const sourceWords: Record<LabelSource, string> = {
  folder: 'from the folder',
  filename: 'from the file name',
  human: 'by hand',
  model: 'by a model',
  import: 'imported',
  opinion: 'asked blind',
  rename: 'as its class was renamed or merged',
};

export const issueWords: Record<DataIssueKind, string> = {
  'label-disagreement': 'copies of different classes',
  'near-duplicate': 'near-duplicates',
  'rejected-file': 'rejected files',
  'changed-object': 'changed in their bucket since they were labeled',
};

export const measureWords: Record<MeasureName, { name: string; least: string; most: string }> = {
  brightness: { name: 'Brightness', least: 'Darkest', most: 'Brightest' },
  contrast: { name: 'Contrast', least: 'Flattest', most: 'Most contrast' },
  sharpness: { name: 'Sharpness', least: 'Most blurred', most: 'Sharpest' },
  saturation: { name: 'Saturation', least: 'Palest', most: 'Most saturated' },
  colorfulness: { name: 'Colorfulness', least: 'Greyest', most: 'Most colorful' },
  entropy: { name: 'Entropy', least: 'Emptiest', most: 'Fullest' },
  outlier: { name: 'Outlier', least: 'Most usual', most: 'Most unusual' },
};

/** `0.2 to 0.6`, `at least 0.2`, `at most 0.6`. */
export function describeRange({ low, high }: Range, format: (value: number) => string = String): string {
  if (low !== undefined && high !== undefined) return `${format(low)} to ${format(high)}`;
  if (low !== undefined) return `at least ${format(low)}`;
  return high === undefined ? 'any' : `at most ${format(high)}`;
}

/** What the selects of the bar do not show by themselves. `viewName`: of the view that the query names. */
export function listFilterWords(query: PicturesQuery, viewName?: string): FilterWord[] {
  const words: FilterWord[] = [];
  const say = (names: FilterWord['names'], text: string | undefined): void => {
    if (text !== undefined) words.push({ names, text });
  };
  say(['view'], query.view && (viewName ?? 'a list of pictures'));
  say(['tag'], query.tag && `tagged ${query.tag}`);
  say(['group'], query.group && `in the group ${query.group}`);
  say(['annotator'], query.annotator && `labeled by ${query.annotator}`);
  say(['source'], query.source && `label ${sourceWords[query.source]}`);
  say(['issue'], query.issue && issueWords[query.issue]);
  say(['from', 'to'], describeDays(query));
  say(['version', 'predicted', 'confidence', 'wrong'], describeAnswers(query));
  if (query.measure !== undefined) {
    const { name, ...range } = parseMeasureRange(query.measure);
    say(['measure'], `${measureWords[name].name.toLowerCase()} ${describeRange(range)}`);
  }
  return words;
}

function describeDays({ from, to }: PicturesQuery): string | undefined {
  if (from !== undefined && to !== undefined) return from === to ? `added on ${from}` : `added ${from} to ${to}`;
  if (from !== undefined) return `added since ${from}`;
  return to === undefined ? undefined : `added until ${to}`;
}

function describeAnswers({ version, predicted, confidence, wrong }: PicturesQuery): string | undefined {
  if (version === undefined) return undefined;
  const percent = (share: number): string => formatShare(share, 0);
  return [
    wrong === true
      ? `wrong answers of ${version}`
      : wrong === false
        ? `right answers of ${version}`
        : `answers of ${version}`,
    ...(predicted === undefined ? [] : [predicted]),
    ...(confidence === undefined ? [] : [`sure ${describeRange(parseRange(confidence), percent)}`]),
  ].join(', ');
}

/** The query without what a word stands for; an order that needs it goes too. */
export function withoutNames(query: PicturesQuery, names: FilterWord['names']): PicturesQuery {
  const rest = Object.fromEntries(
    Object.entries(query).filter(([name]) => !names.includes(name as keyof PicturesQuery)),
  ) as PicturesQuery;
  if (rest.version === undefined && rest.sort?.endsWith('confidence')) delete rest.sort;
  return rest;
}
