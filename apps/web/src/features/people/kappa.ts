/** @file Agreement beyond chance, as people read it. */
import type { Kappa } from '@tintype/contracts/people';

/** No-break minus: negative values stand in one column with the others. */
const signed = (value: number): string => value.toFixed(2).replace('-', '−');

/** 0.8412 -> `0.84`; without a value a dash. */
export const formatKappa = ({ kappa }: Pick<Kappa, 'kappa'>): string => (kappa === null ? '–' : signed(kappa));

/** [0.7512, 0.9021] -> `0.75 to 0.90`. */
export const formatKappaInterval = ({ interval }: Pick<Kappa, 'interval'>): string =>
  interval === null ? '' : `${signed(interval[0])} to ${signed(interval[1])}`;

/** Why there is no value, or what it rests on. */
export function explainKappa({ kappa, pictures, agreed }: Kappa): string {
  if (pictures === 0) return 'no picture was judged twice yet';
  if (kappa === null && agreed === 1) return 'everybody said one and the same class';
  return '1 is perfect, 0 is what chance gives';
}
