/** @file Random search (Bergstra and Bengio 2012): every active parameter for itself, evenly over its range. */
import type { Parameter, Setting, Settings } from '@tintype/contracts/tune';
import type { Random } from '../random.ts';
import type { SampleRequest } from '../sampler.ts';
import { fillSettings, fromSearch, searchInterval } from '../search-space.ts';

export function suggestRandomly({ space, random }: Pick<SampleRequest, 'space' | 'random'>): Settings {
  return fillSettings(space, (parameter) => chooseEvenly(parameter, random));
}

export function chooseEvenly(parameter: Parameter, random: Random): Setting {
  if (parameter.kind === 'categorical')
    return parameter.choices[Math.floor(random() * parameter.choices.length)] as Setting;
  const { low, high } = searchInterval(parameter);
  return fromSearch(parameter, low + random() * (high - low));
}
