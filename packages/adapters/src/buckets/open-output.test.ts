/** @file Places for results: names as people give them, whole or not there, and a bucket behind the same shape. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOutputOpener, toWholeOutput } from './open-output.ts';
import { startFakeS3 } from './testing/fake-s3.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-output-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

const openS3 = async () => {
  const server = await startFakeS3();
  process.env.AWS_ACCESS_KEY_ID = 'key';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  const open = createOutputOpener({ s3: { endpoint: server.endpoint, region: 'us-east-1' } });
  return { server, open };
};

test.each(['a folder', 'a bucket'])(
  '%s keeps what was written under any name, lists it and forgets it',
  async (kind) => {
    const { server, open } = await openS3();
    await using _ = server;
    const out = kind === 'a folder' ? join(folder, 'für mich + 1.csv') : 's3://photos/out/für mich + 1.csv';

    const { place, name } = await open(out);
    await place.put(`${name}.parts/b`, Buffer.from('b'));
    await place.put(`${name}.parts/a`, Buffer.from('a'));
    await place.write(name, pieces('one', ' two'), { ifAbsent: false });
    const found = await place.find(name);
    const listed: string[] = [];
    for await (const { key } of place.list(`${name}.parts/`)) listed.push(key);
    for (const key of listed) await place.remove(key);

    expect([name, found?.sizeBytes, await readAll(place.read(name))]).toEqual(['für mich + 1.csv', 7, 'one two']);
    expect(listed).toEqual([`${name}.parts/a`, `${name}.parts/b`]);
    expect(await place.find(`${name}.parts/a`)).toBeUndefined();
    expect(kind === 'a folder' ? await readdir(folder) : [name]).toEqual([name]);
  },
);

test('what fails half way leaves nothing, and what an earlier writer left is swept', async () => {
  const { place } = await createOutputOpener({ s3: {} })(join(folder, 'rows.csv'));
  await writeFile(join(folder, '.rows.csv.0123456789ab.part'), 'left');
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('away');
  }

  await expect(place.write('rows.csv', failing(), { ifAbsent: false })).rejects.toThrow('away');

  expect(await readdir(folder)).toEqual([]);
  await expect(readAll(place.read('rows.csv'))).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

test('a file has one address', () => {
  expect(toWholeOutput('s3://photos/rows.csv')).toBe('s3://photos/rows.csv');
  expect(toWholeOutput('rows.csv')).toBe(join(process.cwd(), 'rows.csv'));
  expect(() => toWholeOutput('s3://photos//rows.csv')).toThrow(/not the address of a bucket/);
});
