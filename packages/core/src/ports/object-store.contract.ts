/** @file What every object store must do, as one suite for all of them. */
import { describe, expect, test } from 'vitest';
import { type ObjectHead, type ObjectStore, objectKeys } from './object-store.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const read = async (store: ObjectStore, key: string): Promise<string> => new TextDecoder().decode(await store.get(key));

async function* streamOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function collect<T = ObjectHead>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function objectStoreContract(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name} keeps the object store's contract`, () => {
    test('what was put is got back byte for byte, empty and large objects too', async () => {
      const store = await open();
      const large = new Uint8Array(3 * 2 ** 20).map((_, index) => (index * 31) % 256);

      await store.put('snapshots/large', large);
      await store.put('snapshots/empty', new Uint8Array());

      expect(Buffer.compare(await store.get('snapshots/large'), large)).toBe(0);
      expect((await store.get('snapshots/empty')).byteLength).toBe(0);
    });

    test('an object is written from a stream and read as one', async () => {
      const store = await open();
      const parts = ['one, ', 'two, ', '', 'three'].map(text);

      await store.write('snapshots/parts', streamOf(parts));
      await store.write('snapshots/none', streamOf([]));
      await store.write('snapshots/parts', streamOf([text('left alone')]));

      expect(await read(store, 'snapshots/parts')).toBe('one, two, three');
      expect((await store.get('snapshots/none')).byteLength).toBe(0);
      const chunks: Uint8Array[] = [];
      for await (const chunk of store.read('snapshots/parts')) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe('one, two, three');
    });

    test('a stream that fails leaves no object', async () => {
      const store = await open();
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield text('half');
        throw new Error('the source broke');
      };

      await expect(store.write('snapshots/half', failing())).rejects.toThrow('the source broke');

      expect(await store.find('snapshots/half')).toBeUndefined();
    });

    test('a view of a larger buffer is stored without its surroundings', async () => {
      const store = await open();

      await store.put('snapshots/view', text('surroundings').subarray(3, 8));

      expect(await read(store, 'snapshots/view')).toBe('round');
    });

    test('an object that is there already is left alone unless it is to be replaced', async () => {
      const store = await open();

      await store.put('snapshots/a', text('first'));
      await store.put('snapshots/a', text('second'));
      const kept = await read(store, 'snapshots/a');
      await store.put('snapshots/a', text('third'), { ifAbsent: false });

      expect(kept).toBe('first');
      expect(await read(store, 'snapshots/a')).toBe('third');
    });

    test('an object has the time it was written at, and nothing is unfinished when nobody writes', async () => {
      const store = await open();

      await store.put('snapshots/timed', text('now'));

      expect(typeof (await store.modifiedAt('snapshots/timed'))).toBe('number');
      expect(await store.modifiedAt('snapshots/none')).toBeUndefined();
      expect(await collect(store.unfinished())).toEqual([]);
      expect(await collect(store.copies())).toEqual([]);
    });

    test('many writers of one key leave one whole object', async () => {
      const store = await open();
      const versions = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(5000));

      await Promise.all(versions.map((version) => store.put('snapshots/race', text(version))));

      expect(versions).toContain(await read(store, 'snapshots/race'));
    });

    test('a missing object is found as undefined and got as OBJECT_NOT_FOUND', async () => {
      const store = await open();

      expect(await store.find('snapshots/none')).toBeUndefined();
      await expect(store.get('snapshots/none')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
      await expect(store.getRange('snapshots/none', { start: 0, end: 1 })).rejects.toMatchObject({
        code: 'OBJECT_NOT_FOUND',
      });
      await expect(store.read('snapshots/none')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'OBJECT_NOT_FOUND',
      });
    });

    test('a folder of objects is no object', async () => {
      const store = await open();
      await store.put('models/abc/model.onnx', text('graph'));

      expect(await store.find('models/abc')).toBeUndefined();
      await expect(store.get('models/abc')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    });

    test('a range gives the bytes from start up to end, and what there is of them past the end', async () => {
      const store = await open();
      await store.put('snapshots/digits', text('0123456789'));

      const middle = await store.getRange('snapshots/digits', { start: 2, end: 5 });
      const tail = await store.getRange('snapshots/digits', { start: 8, end: 99 });

      expect(new TextDecoder().decode(middle)).toBe('234');
      expect(new TextDecoder().decode(tail)).toBe('89');
      expect((await store.getRange('snapshots/digits', { start: 10, end: 20 })).byteLength).toBe(0);
      expect((await store.getRange('snapshots/digits', { start: 3, end: 3 })).byteLength).toBe(0);
    });

    test('find tells the size', async () => {
      const store = await open();
      await store.put('snapshots/a', text('four'));

      expect(await store.find('snapshots/a')).toEqual({ key: 'snapshots/a', sizeBytes: 4 });
    });

    test('a list holds every object under the prefix, in key order, and nothing else', async () => {
      const store = await open();
      const keys = ['models/a/z', 'models/a-b/x', 'models/a.b', 'models/ab', 'snapshots/s'];
      for (const key of keys.toReversed()) await store.put(key, text(key));

      const models = await collect(store.list('models/'));
      const beginning = await collect(store.list('models/a/'));
      const partial = await collect(store.list('models/a-'));

      expect(models.map(({ key }) => key)).toEqual(['models/a-b/x', 'models/a.b', 'models/a/z', 'models/ab']);
      expect(models[0]).toEqual({ key: 'models/a-b/x', sizeBytes: 12 });
      expect(beginning.map(({ key }) => key)).toEqual(['models/a/z']);
      expect(partial.map(({ key }) => key)).toEqual(['models/a-b/x']);
      expect((await collect(store.list(''))).length).toBe(5);
      expect(await collect(store.list('embeddings/'))).toEqual([]);
    });

    test('a removed object is gone, and removing it again is no failure', async () => {
      const store = await open();
      await store.put('snapshots/a', text('a'));

      await store.remove('snapshots/a');
      await store.remove('snapshots/a');

      expect(await store.find('snapshots/a')).toBeUndefined();
    });

    test('the local folder of a prefix holds its objects as files, those put since too', async () => {
      const { readFile } = await import('node:fs/promises');
      const store = await open();
      const [manifest, graph] = ['bundle.json', 'model.onnx'].map((file) => objectKeys.bundleFile('abc', file));
      await store.put(manifest as string, text('{}'));
      await store.localFolder(objectKeys.bundlePrefix('abc'));
      await store.put(manifest as string, text('{"a":1}'), { ifAbsent: false });
      await store.put(graph as string, text('graph'));

      const folder = await store.localFolder(objectKeys.bundlePrefix('abc'));

      expect(await readFile(`${folder}/bundle.json`, 'utf8')).toBe('{"a":1}');
      expect(await readFile(`${folder}/model.onnx`, 'utf8')).toBe('graph');
    });

    test.each([
      '',
      '/etc/passwd',
      '../secret',
      'a/../../b',
      'a//b',
      'a/',
      './a',
      'a/.',
      '.hidden',
      'a\0b',
      'a\\b',
      'C:/a',
      `a/${'x'.repeat(300)}`,
      'ü',
    ])('the key %j is refused everywhere', async (key) => {
      const store = await open();
      const refusal = { code: 'USAGE_INVALID' };

      await expect(store.put(key, text('x'))).rejects.toMatchObject(refusal);
      await expect(store.get(key)).rejects.toMatchObject(refusal);
      await expect(store.getRange(key, { start: 0, end: 1 })).rejects.toMatchObject(refusal);
      await expect(store.find(key)).rejects.toMatchObject(refusal);
      await expect(store.remove(key)).rejects.toMatchObject(refusal);
    });
  });
}
