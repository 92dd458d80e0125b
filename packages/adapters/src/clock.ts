/** @file The machine's own clock and random numbers behind the clock port. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@tintype/core/ports/clock';

export const systemClock: Clock = {
  now: () => Date.now(),
  newId: (prefix) => `${prefix}_${randomBytes(10).toString('hex')}`,
};
