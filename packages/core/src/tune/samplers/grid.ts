/** @file Grid search, for small spaces: every combination once, in an order that the seed shuffles. */
import type { Parameter, SearchSpace, Setting, Settings } from '@tintype/contracts/tune';
import { createRandom, shuffle } from '../random.ts';
import type { SampleRequest } from '../sampler.ts';
import { fromSearch, isActive, searchInterval, settingsKey } from '../search-space.ts';

/** Values of a number on the grid, ends included, evenly on its line; integers give fewer where there are fewer. */
export const gridPoints = 5;

/** The first combination of the shuffled grid that no trial has. */
export function suggestFromGrid({ space, trials, seed }: Omit<SampleRequest, 'random'>): Settings | undefined {
  const tried = new Set(trials.map((trial) => settingsKey(trial.settings)));
  return shuffle(createRandom(seed, 'grid'), listGrid(space)).find((settings) => !tried.has(settingsKey(settings)));
}

/** Every combination of active parameters. */
export function listGrid(space: SearchSpace): Settings[] {
  return space.reduce<Settings[]>(
    (combinations, parameter) =>
      combinations.flatMap((settings) =>
        isActive(parameter, settings)
          ? listValues(parameter).map((value) => ({ ...settings, [parameter.name]: value }))
          : [settings],
      ),
    [{}],
  );
}

function listValues(parameter: Parameter): readonly Setting[] {
  if (parameter.kind === 'categorical') return parameter.choices;
  const { low, high } = parameter.kind === 'int' ? placesOf(parameter) : searchInterval(parameter);
  const values = Array.from({ length: gridPoints }, (_, n) =>
    fromSearch(parameter, low + (n / (gridPoints - 1)) * (high - low)),
  );
  return [...new Set(values)];
}

/** Between the first and the last integer themselves, so that both are on the grid. */
function placesOf({ low, high, isLog }: Extract<Parameter, { kind: 'int' }>): { low: number; high: number } {
  return isLog ? { low: Math.log(low), high: Math.log(high) } : { low, high };
}
