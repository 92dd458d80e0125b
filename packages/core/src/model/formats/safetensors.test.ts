/** @file Tests of safetensors: the bytes of the official library, other float widths, and hostile files. */
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { array, assert, asyncProperty, integer, nat, string, tuple } from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FloatTensor, openSafetensors, readSafetensors } from './read-safetensors.ts';
import { renderSafetensors, writeSafetensors } from './write-safetensors.ts';

/** `safetensors.torch.save({'b.weight': ..., 'a': ...}, metadata={'format': 'pt'})`, safetensors 0.8.0. */
const official = Buffer.from(
  'mAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMCw0XX0sImIud2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOls0LDIwXX19ICAgIM3MzD0AAIA/AAAgQAAAQMAAAAAA',
  'base64',
);

/** Half, bfloat16, double and int64 tensors, written by safetensors.torch. */
const officialWidths = Buffer.from(
  '4AAAAAAAAAB7ImkiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlswLDE2XX0sInMiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzE2LDI0XX0sImIiOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOls0XSwiZGF0YV9vZmZzZXRzIjpbMjQsMzJdfSwiaCI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbOF0sImRhdGFfb2Zmc2V0cyI6WzMyLDQ4XX19ICAgIAMAAAAAAAAABAAAAAAAAAAAAAAAAAAeQIA/AMBJQJZ+ADwAuP97AQAAfACAAH5VNQ==',
  'base64',
);

const someTensors = new Map<string, FloatTensor>([
  ['b.weight', { shape: [2, 2], data: Float32Array.of(1, 2.5, -3, 0) }],
  ['a', { shape: [1], data: Float32Array.of(0.1) }],
]);

/** A file with this header and so many bytes of data. */
function withHeader(header: unknown, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    (error: unknown) =>
      error instanceof TintypeError && error.code === 'MODEL_FILE_INVALID' ? error.message : `other: ${String(error)}`,
  );

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-safetensors-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('writing gives the bytes of the official library, in whatever order tensors come', () => {
  const backwards = new Map([...someTensors].toReversed());

  expect(Buffer.from(renderSafetensors(someTensors, { format: 'pt' }))).toEqual(official);
  expect(Buffer.from(renderSafetensors(backwards, { format: 'pt' }))).toEqual(official);
});

test('what was written is read back, from bytes and from a file', async () => {
  const path = join(folder, 'state.safetensors');
  await writeSafetensors(path, someTensors, { step: '7' });

  const read = await readSafetensors(path);

  expect(read.tensors).toEqual(new Map([...someTensors].toReversed()));
  expect(read.metadata).toEqual({ step: '7' });
  expect(await readSafetensors(await readFile(path))).toEqual(read);
  expect(await readdir(folder)).toEqual(['state.safetensors']);
});

test('half, bfloat16 and double become float32, and integers are named but not read', async () => {
  const { tensors, skipped } = await readSafetensors(officialWidths);

  const half = [1, -0.5, 65504, 5.960464477539063e-8, Number.POSITIVE_INFINITY, -0, Number.NaN, 0.333251953125];
  expect([...(tensors.get('h')?.data ?? [])]).toEqual(half);
  expect([...(tensors.get('b')?.data ?? [])]).toEqual([1, -2, 3.140625, Math.fround(9.969209968386869e37)]);
  expect(tensors.get('s')).toEqual({ shape: [], data: Float32Array.of(7.5) });
  expect(skipped).toEqual(['i']);
});

test('a tensor of integers that is asked for by name is refused by its type', async () => {
  const path = join(folder, 'widths.safetensors');
  await writeFile(path, officialWidths);
  await using opened = await openSafetensors(path);

  expect(await refusalOf(opened.read('i'))).toContain('"i" is of the type I64');
  expect(await refusalOf(opened.read('nothing'))).toContain('holds no tensor "nothing"');
});

const f32 = (shape: unknown, offsets: unknown) => ({ dtype: 'F32', shape, data_offsets: offsets });
const refused: [why: string, bytes: Uint8Array][] = [
  ['too short for a safetensors file', new Uint8Array(5)],
  ['claims 72340172838076673 bytes', new Uint8Array(16).fill(1)],
  ['header is cut short', withHeader('{}').subarray(0, 9)],
  ['not JSON', withHeader('{"a":')],
  ['not a JSON object', withHeader('[]')],
  ['names "a" twice', withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{}}', 4)],
  ['names "shape" twice', withHeader('{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4)],
  ['not described by an object', withHeader({ a: 3 })],
  ['type "F4"', withHeader({ a: { ...f32([1], [0, 4]), dtype: 'F4' } }, 4)],
  ['type "toString"', withHeader({ a: { ...f32([1], [0, 4]), dtype: 'toString' } }, 4)],
  ['no sensible shape', withHeader({ a: f32([-1], [0, 4]) }, 4)],
  ['no sensible shape', withHeader({ a: f32([1.5], [0, 6]) }, 6)],
  ['no sensible shape', withHeader({ a: f32(Array(9).fill(1), [0, 4]) }, 4)],
  ['no sensible data_offsets', withHeader({ a: f32([1], [0]) }, 4)],
  ['no sensible data_offsets', withHeader({ a: f32([1], [-4, 0]) }, 4)],
  ['takes 8 bytes', withHeader({ a: f32([1], [0, 8]) }, 8)],
  ['takes 0 bytes', withHeader({ a: f32([2 ** 40, 2 ** 40], [0, 0]) })],
  ['cut short', withHeader({ a: f32([2 ** 40], [0, 2 ** 42]) })],
  ['cut short', withHeader({ a: f32([2], [0, 8]) }, 7)],
  ['1 bytes that belong to no tensor', withHeader({ a: f32([2], [0, 8]) }, 9)],
  ['does not begin where', withHeader({ a: f32([2], [0, 8]), b: f32([2], [4, 12]) }, 12)],
  ['does not begin where', withHeader({ a: f32([1], [4, 8]) }, 8)],
  ['not a record of texts', withHeader({ __metadata__: { a: 1 } })],
];

test.each(refused)('a hostile file is refused: %s', async (why, bytes) => {
  const path = join(folder, 'hostile.safetensors');
  await writeFile(path, bytes);

  expect(await refusalOf(readSafetensors(bytes))).toContain(why);
  expect(await refusalOf(readSafetensors(path))).toContain(why);
});

test('a file that is not there, or that is cut while it is read, is refused', async () => {
  const path = join(folder, 'state.safetensors');
  await writeSafetensors(path, someTensors);
  await using opened = await openSafetensors(path);
  await truncate(path, 100);

  expect(await refusalOf(opened.read('b.weight'))).toContain('cut short');
  expect(await refusalOf(readSafetensors(join(folder, 'none.safetensors')))).toContain('ENOENT');
});

test('a file that cannot be written leaves the one before it as it was', async () => {
  const path = join(folder, 'missing', 'state.safetensors');

  const error = await writeSafetensors(path, someTensors).catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
});

test('whatever byte is changed, the file is read or refused, and nothing else happens', async () => {
  await assert(
    asyncProperty(nat(official.length - 1), nat(255), async (at, value) => {
      const bytes = Uint8Array.from(official);
      bytes[at] = value;
      expect(await refusalOf(readSafetensors(bytes))).not.toContain('other');
    }),
    { numRuns: 500 },
  );
});

test('any tensors come back as they were', async () => {
  const tensor = array(integer({ min: 0, max: 4 }), { maxLength: 4 }).map((shape) => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).map((_, n) => n / 3),
  }));
  const names = string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__');
  await assert(
    asyncProperty(array(tuple(names, tensor)), async (entries) => {
      const tensors = new Map(entries);
      expect((await readSafetensors(renderSafetensors(tensors))).tensors).toEqual(tensors);
    }),
    { numRuns: 100 },
  );
});
