/** @file What every queue of events must do, as one suite for all clouds. */
import { describe, expect, test } from 'vitest';
import type { Notification, Notifications, ObjectEvent } from './notifications.ts';

export interface NotificationsBench {
  notifications: Notifications;
  /** As the cloud does when an object was made. */
  tell: (event: ObjectEvent) => void;
  /** A message of somebody else. */
  tellOther: () => void;
  /** Messages that were not settled. */
  left: () => number;
  /** What was received and not settled comes again now. */
  expire: () => void;
}

const never = new AbortController().signal;
const ask = { waitMs: 1000, signal: never };

/** Keys as people have them. */
const keys = [
  'plain.jpg',
  'with space/a b.jpg',
  'plus+plus.jpg',
  'percent%2Balready%20.jpg',
  'ü/Straße.jpg',
  '😀.jpg',
  'a=b&c.jpg',
];

async function receiveAll({ notifications }: NotificationsBench): Promise<Notification[]> {
  const all: Notification[] = [];
  for (;;) {
    const received = await notifications.receive({ waitMs: 0, signal: never });
    if (received.length === 0) return all;
    all.push(...received);
  }
}

export function notificationsContract(name: string, open: () => Promise<NotificationsBench>): void {
  describe(`${name} keeps the contract of notifications`, () => {
    test('keys arrive as the bucket has them', async () => {
      const bench = await open();
      for (const key of keys) bench.tell({ bucket: 'photos', key });

      const received = await receiveAll(bench);

      expect(received.flatMap(({ objects }) => objects ?? [])).toEqual(keys.map((key) => ({ bucket: 'photos', key })));
    });

    test('what is settled does not come again, and what is not does', async () => {
      const bench = await open();
      for (let number = 0; number < 25; number += 1) bench.tell({ bucket: 'photos', key: `${number}.jpg` });
      const received = await receiveAll(bench);

      await bench.notifications.settle(received.slice(0, 15));
      const meanwhile = await receiveAll(bench);
      bench.expire();
      const again = await receiveAll(bench);

      expect([received.length, meanwhile.length, bench.left()]).toEqual([25, 0, 10]);
      expect(again.map(({ objects }) => objects?.[0]?.key)).toEqual(
        Array.from({ length: 10 }, (_, index) => `${index + 15}.jpg`),
      );
    });

    test('a message that is not about objects says so', async () => {
      const bench = await open();
      bench.tellOther();

      expect(await receiveAll(bench)).toMatchObject([{ objects: undefined }]);
    });

    test('who waits gets a message as soon as there is one, and nothing where none comes', async () => {
      const bench = await open();

      expect(await bench.notifications.receive({ ...ask, waitMs: 300 })).toEqual([]);
      setTimeout(() => bench.tell({ bucket: 'photos', key: 'a.jpg' }), 100);
      expect(await bench.notifications.receive(ask)).toHaveLength(1);
    });

    test('who stops waiting gets nothing, and soon', async () => {
      const bench = await open();
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 50);
      const startedAt = performance.now();

      expect(await bench.notifications.receive({ waitMs: 10_000, signal: stop.signal })).toEqual([]);
      expect(await bench.notifications.receive({ waitMs: 10_000, signal: stop.signal })).toEqual([]);

      expect(performance.now() - startedAt).toBeLessThan(2000);
    });
  });
}
