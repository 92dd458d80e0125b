/** @file A time as people type it: `90s`, `20m`, `1.5h`, `30d`. */
import { TintypeError } from '@tintype/contracts/errors';

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds. Throws USAGE_INVALID. */
export function parseDuration(text: string, flag: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    throw new TintypeError('USAGE_INVALID', {
      problem: `${flag} does not take '${text}'. It takes a time such as 90s, 20m, 1.5h or 30d.`,
    });
  return Math.round(Number(number) * units[unit as keyof typeof units]);
}
