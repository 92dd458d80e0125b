/** @file A study as a page shows it: best so far, branches of its space, places on axes. Pure. */
import type { Parameter, Setting, Settings, StudyReport, Trial, TuneMetric } from '@tintype/contracts/tune';
import { shortName } from './run-words.ts';
import { formatSetting, labelOf } from './training-fields.ts';

export const metricWords: Readonly<Record<TuneMetric, string>> = {
  accuracy: 'Accuracy',
  'balanced-accuracy': 'Balanced accuracy',
  'macro-f1': 'Macro-F1',
};

export const endWords = {
  budget: 'The time was used up.',
  exhausted: 'Nothing new was left to try.',
  trials: 'All trials that were asked for were made.',
} as const;

/** [trial, value] of each that was complete, and the best so far after each that has a value. */
export function bestSoFar(trials: readonly Pick<Trial, 'number' | 'status' | 'value'>[]): {
  tried: [number, number][];
  best: [number, number][];
} {
  const tried: [number, number][] = [];
  const best: [number, number][] = [];
  let highest = Number.NEGATIVE_INFINITY;
  for (const { number, status, value } of trials) {
    if (value === null || status === 'running') continue;
    tried.push([number, value]);
    if (status === 'complete') highest = Math.max(highest, value);
    if (highest !== Number.NEGATIVE_INFINITY) best.push([number, highest]);
  }
  return { tried, best };
}

/** `svm-rbf on mobilenetv2.onnx`, `cnn-small`. */
export function describeBranch({ model, head }: Settings): string {
  const name = shortName(String(model));
  return head === undefined ? name : `${String(head)} on ${name}`;
}

/** `c 0.03, balanced weights`: what is left when the branch is named. */
export function describeRest(settings: Settings): string {
  const words = Object.entries(settings).flatMap(([name, value]) => {
    if (name === 'model' || name === 'head' || value === 'none') return [];
    return [`${inSentence(parameterLabel(name))} ${formatSetting(value)}`];
  });
  return words.join(', ') || 'as usual';
}

/** As people read it; a study's `model` is what is trained, not a registered name. */
export const parameterLabel = (name: string): string => (name === 'model' ? 'Model' : labelOf(bareName(name)));

/** A letter by itself is a name. */
const inSentence = (label: string): string => (label.length === 1 ? label : label.toLowerCase());

/** `logistic.c` -> `c`. */
export const bareName = (name: string): string => name.replace(/^[^.]*\./, '');

export interface Branch {
  key: string;
  label: string;
  trials: number;
}

const keyOf = ({ model, head }: Settings): string => JSON.stringify([model, head ?? null]);

/** Kinds of models that were tried, those with the most trials first. */
export function listBranches(lines: readonly { settings: Settings }[]): Branch[] {
  const branches = new Map<string, Branch>();
  for (const { settings } of lines) {
    const key = keyOf(settings);
    const known = branches.get(key);
    branches.set(key, { key, label: describeBranch(settings), trials: (known?.trials ?? 0) + 1 });
  }
  return [...branches.values()].sort((a, b) => b.trials - a.trials || (a.label < b.label ? -1 : 1));
}

export interface Axis {
  name: string;
  label: string;
  /** Place of a value, 0 at the bottom to 1 at the top. */
  place: (value: Setting) => number;
  /** At the bottom and the top, or every choice. */
  ticks: { place: number; label: string }[];
}

export interface Line {
  number: number;
  status: Trial['status'];
  value: number;
  settings: Settings;
  /** One a place on each axis, from the left; undefined where the setting was not there. */
  places: (number | undefined)[];
}

/** Axes that the lines of a branch have, or those that all share; the value is the last axis. */
export function layOut(
  { coordinates, study }: Pick<StudyReport, 'coordinates' | 'study'>,
  branch: string | undefined,
): { axes: Axis[]; lines: Line[] } {
  const chosen = coordinates.lines.filter(({ settings }) => branch === undefined || keyOf(settings) === branch);
  const parameters = coordinates.axes.filter(
    ({ name }) => chosen.length > 0 && chosen.every(({ settings }) => settings[name] !== undefined),
  );
  const varied = parameters.filter((one) => branch === undefined || (one.name !== 'model' && one.name !== 'head'));
  const values = chosen.flatMap(({ value }) => (value === null ? [] : [value]));
  const axes = [...varied.map(toAxis), valueAxis(metricWords[study.metric], values)];
  const lines = chosen.flatMap(({ value, ...line }) => {
    if (value === null) return [];
    const places = axes.map((axis, n) => {
      const setting = n === axes.length - 1 ? value : line.settings[axis.name];
      return setting === undefined ? undefined : axis.place(setting);
    });
    return [{ ...line, value, places }];
  });
  return { axes, lines };
}

function toAxis(parameter: Parameter): Axis {
  const { name } = parameter;
  const label = parameterLabel(name);
  if (parameter.kind === 'categorical') {
    const last = Math.max(1, parameter.choices.length - 1);
    const placeAt = (n: number): number => (parameter.choices.length === 1 ? 0.5 : n / last);
    return {
      name,
      label,
      place: (value) => placeAt(Math.max(0, parameter.choices.indexOf(value))),
      ticks: parameter.choices.map((choice, n) => ({ place: placeAt(n), label: shortName(formatSetting(choice)) })),
    };
  }
  const { low, high, isLog } = parameter;
  const onLine = (value: number): number => (isLog ? Math.log(value) : value);
  const [from, to] = [onLine(low), onLine(high)];
  return {
    name,
    label,
    place: (value) => clamp((onLine(Number(value)) - from) / (to - from || 1)),
    ticks: [
      { place: 0, label: formatSetting(low) },
      { place: 1, label: formatSetting(high) },
    ],
  };
}

function valueAxis(label: string, values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values, 1), Math.max(...values, 0)];
  const [from, to] = low >= high ? [Math.max(0, low - 0.05), Math.min(1, high + 0.05)] : [low, high];
  const percent = (share: number): string => `${(100 * share).toFixed(1)}\u00a0%`;
  return {
    name: 'value',
    label,
    place: (value) => clamp((Number(value) - from) / (to - from || 1)),
    ticks: [
      { place: 0, label: percent(from) },
      { place: 1, label: percent(to) },
    ],
  };
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));
