/** @file Answers in a sentence: have I labeled enough, and which of two versions is better. Pure. */
import type { VersionComparison } from '@tintype/contracts/evaluation-report';
import type { LabelForecast } from '@tintype/contracts/label-assist';
import { formatCount, formatCounted } from '../../components/format.ts';

export interface Verdict {
  tone: 'good' | 'open' | 'warn';
  title: string;
  words: string;
}

/** Less than this is not worth a hundred labels. */
const smallGain = 0.01;

/** 0.0123 -> `+1.2 points`. */
export const formatPoints = (share: number): string => {
  const points = share * 100;
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)} points`;
};

/** [-0.001, 0.02] -> `−0.1 to +2.0 points`. */
export const formatPointsInterval = ([low, high]: readonly [number, number]): string =>
  `${formatPoints(low).replace(' points', '')} to ${formatPoints(high)}`;

/** Whether the next labels are worth giving. The whole interval decides, not its middle. */
export function judgeForecast({ gain, gainInterval, nextLabels, classes }: LabelForecast): Verdict {
  const expected = `The next ${formatCounted(nextLabels, 'label')} are expected to bring ${formatPoints(gain)} of accuracy (${formatPointsInterval(gainInterval)}).`;
  if (gainInterval[1] < smallGain)
    return {
      tone: 'good',
      title: 'You have labeled enough',
      words: `${expected} More labels like these hardly help; a better backbone or mended labels may.`,
    };
  const [best] = [...classes].sort((a, b) => b.gain - a.gain);
  const where = best && best.gain > smallGain ? ` Most of it is in “${best.className}”.` : '';
  if (gainInterval[0] > 0 && gain >= smallGain)
    return { tone: 'warn', title: 'More labels will help', words: `${expected}${where}` };
  return {
    tone: 'open',
    title: 'More labels may help',
    words: `${expected} The interval holds both a gain worth the work and none.${where}`,
  };
}

/** Five of a hundred such differences come by chance. */
const significant = 0.05;

/** 0.0004 -> `p < 0.001`, 0.2 -> `p = 0.200`. */
export const formatP = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`);

export function judgeComparison(comparison: VersionComparison): Verdict {
  const { version, other, onlyOwnRight: won, onlyOtherRight: lost, p, pictures } = comparison;
  const differ = won + lost;
  if (differ === 0)
    return {
      tone: 'open',
      title: 'No difference',
      words: `Both are right and wrong on the same ${formatCounted(pictures, 'picture')}.`,
    };
  const counted = `Only one of them is right on ${formatCounted(differ, 'picture')}: version ${version} wins ${formatCount(won)}, version ${other} wins ${formatCount(lost)}.`;
  if (p >= significant)
    return {
      tone: 'open',
      title: 'No difference that can be told from chance',
      words: `${counted} Chance alone does at least this in ${(p * 100).toFixed(0)} of 100 cases.`,
    };
  return won > lost
    ? { tone: 'good', title: `Version ${version} is better`, words: `${counted} Chance alone rarely does that.` }
    : { tone: 'warn', title: `Version ${version} is worse`, words: `${counted} Chance alone rarely does that.` };
}
