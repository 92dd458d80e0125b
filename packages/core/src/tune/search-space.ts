/** @file What a search space means: which parameters are active, the interval that a number is searched on, the usual settings. */
import type { Parameter, SearchSpace, Setting, Settings } from '@tintype/contracts/tune';

export type NumericParameter = Extract<Parameter, { kind: 'float' | 'int' }>;

/** Whether the parameter is there, given the settings of those before it. */
export function isActive({ when }: Parameter, settings: Settings): boolean {
  if (!when) return true;
  const value = settings[when.parameter];
  return value !== undefined && when.values.includes(value);
}

/** Settings of every active parameter, each chosen with those before it known. */
export function fillSettings(
  space: SearchSpace,
  choose: (parameter: Parameter, settings: Settings) => Setting,
): Settings {
  const settings: Settings = {};
  for (const parameter of space)
    if (isActive(parameter, settings)) settings[parameter.name] = choose(parameter, settings);
  return settings;
}

/** The usual settings, but for those that are given. */
export function usualSettings(space: SearchSpace, given: Settings = {}): Settings {
  return fillSettings(space, (parameter) => given[parameter.name] ?? usualValue(parameter));
}

function usualValue(parameter: Parameter): Setting {
  if (parameter.kind === 'categorical') return parameter.usual ?? (parameter.choices[0] as Setting);
  if (parameter.usual !== undefined) return parameter.usual;
  const { low, high } = searchInterval(parameter);
  return fromSearch(parameter, (low + high) / 2);
}

/** Equal settings have equal keys. */
export const settingsKey = (settings: Settings): string =>
  JSON.stringify(Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The line that a number is searched on: logarithms where `isLog`; half a step beyond both ends for integers. */
export function searchInterval({ kind, low, high, isLog }: NumericParameter): { low: number; high: number } {
  const half = kind === 'int' ? 0.5 : 0;
  const place = (value: number): number => (isLog ? Math.log(value) : value);
  return { low: place(low - half), high: place(high + half) };
}

export const toSearch = ({ isLog }: NumericParameter, value: number): number => (isLog ? Math.log(value) : value);

/** Digits that matter of a searched number: a command that repeats a trial says it whole, and stays short. */
const digits = 4;

/** Back from the line: a value of the parameter with four significant digits, inside its range whatever rounding did. */
export function fromSearch({ kind, low, high, isLog }: NumericParameter, place: number): number {
  const value = isLog ? Math.exp(place) : place;
  return Math.min(high, Math.max(low, kind === 'int' ? Math.round(value) : Number(value.toPrecision(digits))));
}

/** Throws RangeError where the space contradicts itself: a fault of ours, since users do not write spaces. */
export function assertSearchSpace(space: SearchSpace): void {
  const before = new Set<string>();
  for (const parameter of space) {
    const { name, when } = parameter;
    if (before.has(name)) throw new RangeError(`parameter ${name} is there twice`);
    if (when && !before.has(when.parameter))
      throw new RangeError(`${name} depends on ${when.parameter}, not before it`);
    if (parameter.kind !== 'categorical') {
      const { low, high, isLog } = parameter;
      if (!(low <= high)) throw new RangeError(`${name} is from ${low} to ${high}`);
      if (isLog && !(searchInterval(parameter).low > Number.NEGATIVE_INFINITY))
        throw new RangeError(`${name} has no logarithm`);
    }
    before.add(name);
  }
}
