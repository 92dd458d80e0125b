/** @file What every bucket's store must do. */
import { describe, expect, test } from 'vitest';
import type { BucketStore } from './bucket-reader.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** `open` gives a bucket that holds these objects and no other. */
export function bucketStoreContract(
  name: string,
  open: (objects: Readonly<Record<string, Uint8Array>>) => Promise<BucketStore>,
): void {
  describe(`${name} keeps the bucket store's contract`, () => {
    test.each(['a.jpg', 'incoming/a b.jpg', 'incoming/2026/ü€😀.jpg', 'a+b%20c.jpg', '-rf', "it's; ls"])(
      'the object %j is found and read',
      async (key) => {
        const store = await open({ [key]: text('content') });

        expect(await store.find(key)).toEqual({ key, sizeBytes: 7 });
        expect(Buffer.from(await store.getRange(key, { start: 0, end: 7 })).toString()).toBe('content');
        expect(Buffer.from(await store.getRange(key, { start: 2, end: 5 })).toString()).toBe('nte');
      },
    );

    test('what is not there is undefined, and reading it OBJECT_NOT_FOUND', async () => {
      const store = await open({ 'incoming/a.jpg': text('content') });

      for (const key of [
        'b.jpg',
        'incoming',
        'incoming/',
        'incoming/a.jpg/b',
        'INCOMING/a.jpg',
        '\0',
        'x'.repeat(5000),
      ]) {
        expect(await store.find(key)).toBeUndefined();
        await expect(store.getRange(key, { start: 0, end: 1 })).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
      }
    });

    test('an empty object has no bytes, and a range ends where the object does', async () => {
      const store = await open({ empty: text(''), short: text('abc') });

      expect(await store.find('empty')).toEqual({ key: 'empty', sizeBytes: 0 });
      expect((await store.getRange('short', { start: 1, end: 10 })).length).toBe(2);
    });
  });
}
