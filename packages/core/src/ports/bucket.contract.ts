/** @file What every bucket must do, as one suite for all clouds. */
import { describe, expect, test } from 'vitest';
import { type Bucket, type BucketObject, compareKeys } from './bucket.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const keysOf = async (items: AsyncIterable<BucketObject>): Promise<string[]> =>
  (await collect(items)).map(({ key }) => key);

/** Keys as people have them. */
export const peoplesKeys: readonly string[] = [
  'plain.jpg',
  'with space/a b.jpg',
  'plus+plus.jpg',
  'ü/Straße.jpg',
  'u\u0308.jpg',
  'percent%20already%2F.jpg',
  '100%.jpg',
  '😀/日本語.jpg',
  'quotes\'"`.jpg',
  'amp&lt;<b>.jpg',
  'question?mark#hash.jpg',
  'a=b;c,d@e!$()*~.jpg',
  'back\\slash.jpg',
  'colon:pipe|.jpg',
  '[brackets]{braces}^.jpg',
  '.hidden',
  'a//b.jpg',
  'trailing space ',
  `long/${'x'.repeat(700)}.jpg`,
];

/** `open` gives an empty place; `pageSize`: objects that a listing tells at once, where the suite should go over several pages. */
export function bucketContract(name: string, open: () => Promise<Bucket>): void {
  describe(`${name} keeps the contract of buckets`, () => {
    test('keys as people have them are written, found, listed, read and removed as they are', async () => {
      const bucket = await open();

      for (const key of peoplesKeys) await bucket.put(key, text(key));
      const listed = await keysOf(bucket.list(''));
      const read = await Promise.all(peoplesKeys.map(async (key) => Buffer.from(await bucket.get(key)).toString()));
      const found = await Promise.all(peoplesKeys.map((key) => bucket.find(key)));
      for (const key of peoplesKeys) await bucket.remove(key);

      expect(listed).toEqual(peoplesKeys.toSorted(compareKeys));
      expect(read).toEqual(peoplesKeys);
      expect(found.map((object) => object?.key)).toEqual(peoplesKeys);
      expect(await keysOf(bucket.list(''))).toEqual([]);
    });

    test('a listing goes over its pages, once each object, and can begin after a key', async () => {
      const bucket = await open();
      const keys = Array.from({ length: 25 }, (_, index) => `many/${String(index).padStart(2, '0')} +ü.jpg`);
      await Promise.all(keys.map((key) => bucket.put(key, text('x'))));
      await bucket.put('other/z', text('x'));

      expect(await keysOf(bucket.list('many/'))).toEqual(keys);
      expect(await keysOf(bucket.list('many/', { after: keys[17] as string }))).toEqual(keys.slice(18));
      expect(await keysOf(bucket.list('many/0'))).toEqual(keys.slice(0, 10));
      expect(await keysOf(bucket.list('none/'))).toEqual([]);
    });

    test('an object is told with its size, its time and a tag that changes with its content', async () => {
      const bucket = await open();

      await bucket.put('a.jpg', text('one'));
      const before = await bucket.find('a.jpg');
      const [listed] = await collect(bucket.list(''));
      await bucket.put('a.jpg', text('two'), { ifAbsent: false });
      const after = await bucket.find('a.jpg');

      expect(before).toMatchObject({ key: 'a.jpg', sizeBytes: 3 });
      expect(listed?.etag).toBe(before?.etag);
      expect(Math.abs((listed?.modifiedAt ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(after?.etag).not.toBe(before?.etag);
    });

    test('a version that is not there any more is not read', async () => {
      const bucket = await open();
      await bucket.put('a.jpg', text('one'));
      const { etag } = (await bucket.find('a.jpg')) as BucketObject;
      const same = Buffer.concat(await collect(bucket.read('a.jpg', { etag }))).toString();
      const part = Buffer.from(await bucket.getRange('a.jpg', { start: 1, end: 9, etag })).toString();
      await bucket.put('a.jpg', text('two'), { ifAbsent: false });

      expect([same, part]).toEqual(['one', 'ne']);
      await expect(bucket.getRange('a.jpg', { start: 1, end: 2, etag })).rejects.toMatchObject({
        code: 'OBJECT_NOT_FOUND',
      });
      await expect(collect(bucket.read('a.jpg', { etag }))).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    });

    test('an object of several parts is written from a stream and read as one', { timeout: 120_000 }, async () => {
      const bucket = await open();
      const part = new Uint8Array(7 * 2 ** 20).map((_, index) => (index * 31 + 7) % 251);
      const parts = async function* (): AsyncGenerator<Uint8Array> {
        for (let number = 0; number < 5; number += 1) yield part;
      };

      await bucket.write('large/ü +.bin', parts());

      const read = Buffer.concat(await collect(bucket.read('large/ü +.bin')));
      expect(read.byteLength).toBe(5 * part.byteLength);
      for (let number = 0; number < 5; number += 1) {
        expect(read.subarray(number * part.byteLength, (number + 1) * part.byteLength).equals(part)).toBe(true);
      }
      const range = await bucket.getRange('large/ü +.bin', { start: part.byteLength - 2, end: part.byteLength + 2 });
      expect([...range]).toEqual([part.at(-2), part.at(-1), part[0], part[1]]);
    });

    test('a stream that fails leaves no object', async () => {
      const bucket = await open();
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(20 * 2 ** 20);
        throw new Error('the source broke');
      };

      await expect(bucket.write('half.bin', failing())).rejects.toThrow('the source broke');

      expect(await bucket.find('half.bin')).toBeUndefined();
    });

    test('who stops reading early keeps no connection', { timeout: 120_000 }, async () => {
      const bucket = await open();
      await bucket.put('a.bin', new Uint8Array(2 ** 20).fill(7));

      // More often than there may be connections.
      for (let count = 0; count < 140; count += 1) {
        for await (const chunk of bucket.read('a.bin')) {
          expect(chunk[0]).toBe(7);
          break;
        }
      }

      expect((await bucket.get('a.bin')).byteLength).toBe(2 ** 20);
    });
  });
}
