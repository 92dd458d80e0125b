/** @file "Have I labeled enough?" in words: what the next labels would bring, said with its interval. */
import type { LabelForecast } from '@tintype/contracts/label-assist';
import { formatShare } from '../../components/format.ts';

export interface Verdict {
  tone: 'early' | 'on' | 'enough';
  title: string;
  sentence: string;
}

/** Points of accuracy that the next labels must bring to be worth their while, and to be clearly worth it. */
const worth = { some: 0.01, much: 0.02 } as const;

/** 0.0123 -> `+1.2`. */
export const formatPoints = (gain: number): string => {
  const points = (gain * 100).toFixed(1);
  const isZero = Number(points) === 0;
  return isZero ? '0.0' : gain > 0 ? `+${points}` : points.replace('-', '−');
};

/** `forecast` is null while the labels are too few. */
export function describeForecast(forecast: LabelForecast | null): Verdict {
  const last = forecast?.curve.at(-1);
  if (!forecast || !last)
    return {
      tone: 'early',
      title: 'Too early to tell',
      sentence: 'A forecast needs some more labels of every class.',
    };
  const { gain, gainInterval, nextLabels } = forecast;
  const [low, high] = gainInterval;
  const most = forecast.classes.toSorted((a, b) => b.gain - a.gain)[0];
  const where = most && most.gain >= worth.some && gain >= worth.some ? `, most of it in ${most.className}` : '';
  return {
    tone: gain >= worth.some ? 'on' : 'enough',
    title: gain >= worth.much ? 'Worth going on' : gain >= worth.some ? 'A little to gain' : 'Probably enough',
    sentence:
      `Suggestions are right for ${formatShare(last.accuracy, 0)} of the pictures ` +
      `(${formatShare(last.interval[0], 0)} to ${formatShare(last.interval[1], 0)}). ` +
      `The next ${nextLabels} labels would bring ${formatPoints(gain)} points (${formatPoints(low)} to ${formatPoints(high)})${where}.`,
  };
}
