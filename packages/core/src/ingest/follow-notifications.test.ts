/** @file Following what a cloud tells, whatever it tells twice, late, wrongly or never. */
import { expect, test } from 'vitest';
import type { Notification, Notifications } from '../ports/notifications.ts';
import { followNotifications } from './follow-notifications.ts';

interface Bench {
  /** What was done, in order. */
  log: string[];
  tell: (...keys: (string | undefined)[]) => void;
  /** Until nothing is told any more; then moves the clock on, so often. */
  follow: (rounds?: number, failing?: string) => Promise<void>;
}

function aBench(): Bench {
  const waiting: Notification[] = [];
  const log: string[] = [];
  let now = 0;
  let ids = 0;
  const stop = new AbortController();
  let left = 0;
  const notifications: Notifications = {
    location: 'test',
    async receive({ waitMs }) {
      const received = waiting.splice(0, 3);
      if (received.length === 0 && waitMs > 0) {
        now += 600_000;
        left -= 1;
        if (left <= 0) stop.abort();
      }
      return received;
    },
    async settle(settled) {
      log.push(`settled ${settled.map(({ id }) => id).join(' ')}`);
    },
    async [Symbol.asyncDispose]() {},
  };
  return {
    log,
    tell(...keys) {
      for (const key of keys) {
        const objects = key === undefined ? undefined : [{ bucket: key.startsWith('other') ? 'other' : 'photos', key }];
        ids += 1;
        waiting.push({ id: `${ids}`, objects });
      }
    },
    follow(rounds = 1, failing) {
      left = rounds;
      return followNotifications(
        { notifications, clock: { now: () => now } },
        {
          place: { bucket: 'photos', prefix: 'upload/' },
          sweepEveryMs: 900_000,
          signal: stop.signal,
          onForeign: (count) => log.push(`foreign ${count}`),
          sweep: async () => void log.push('sweep'),
          look: async (keys) => {
            if (failing !== undefined && keys.includes(failing)) throw new Error('it failed');
            log.push(`look ${keys.join(' ')}`);
          },
        },
      );
    },
  };
}

test('everything is looked at first, then what is told, together and once', async () => {
  const bench = aBench();
  bench.tell('upload/a.jpg', 'upload/b.jpg', 'upload/a.jpg', 'upload/c.jpg', 'upload/b.jpg');

  await bench.follow();

  expect(bench.log).toEqual(['sweep', 'look a.jpg b.jpg c.jpg', 'settled 1 2 3 4 5']);
});

test('what is told of other places is settled without a look, and what is not about objects is left', async () => {
  const bench = aBench();
  bench.tell('sources/ab/abc', 'other/upload/a.jpg', undefined);

  await bench.follow();

  expect(bench.log).toEqual(['sweep', 'foreign 1', 'settled 1 2']);
});

test('a look that fails settles nothing', async () => {
  const bench = aBench();
  bench.tell('upload/a.jpg', 'upload/b.jpg');

  await expect(bench.follow(1, 'b.jpg')).rejects.toThrow('it failed');

  expect(bench.log).toEqual(['sweep']);
});

test('everything is looked at again when it is time, whether anything is told or not', async () => {
  const bench = aBench();

  await bench.follow(4);

  expect(bench.log).toEqual(['sweep', 'sweep']);
});
