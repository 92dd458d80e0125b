/** @file An outline parses as its file does, but for the numbers of large tensors, and stands for it; a file that is cut short has none. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSession } from '../runtime/session.ts';
import { draw } from '../testing.ts';
import { floats, integers, onnxModel, onnxNode, onnxValue } from './build-onnx.ts';
import { OnnxError } from './onnx-error.ts';
import { parseOnnx } from './read-onnx.ts';
import { readOutline } from './read-outline.ts';
import { referToData } from './refer-to-data.ts';
import { renderOnnx } from './write-onnx.ts';

const width = 600;

/** Two large tensors with small ones before, between and behind. */
const aFile = () => {
  const large = (name: string) => floats(name, [width, width], draw(width * width, 1));
  const model = onnxModel({
    name: 'large',
    inputs: [onnxValue('x', 'float32', ['N', width])],
    outputs: [onnxValue('y', 'float32', ['N', width])],
    initializers: [
      integers('shape', [-1, width]),
      large('a'),
      floats('bias', [width], new Float32Array(width).fill(2)),
      large('b'),
    ],
    nodes: [
      onnxNode('MatMul', ['x', 'a'], ['once']),
      onnxNode('Add', ['once', 'bias'], ['moved']),
      onnxNode('Reshape', ['moved', 'shape'], ['same']),
      onnxNode('MatMul', ['same', 'b'], ['y']),
    ],
  });
  return renderOnnx(model);
};

async function save(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-outline-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'model.onnx');
  await writeFile(path, bytes);
  return path;
}

test('an outline parses as its file does, but for the numbers of large tensors', async () => {
  const file = aFile();

  const outline = parseOnnx(readOutline(await save(file)));

  const whole = parseOnnx(file);
  const shapes = ({ graph }: typeof whole) =>
    graph?.initializer.map(({ name, dims, rawData }) => [name, dims, rawData.length]);
  expect(outline.graph?.node).toEqual(whole.graph?.node);
  expect(shapes(outline)).toEqual(shapes(whole));
  expect(outline.graph?.initializer[2]).toEqual(whole.graph?.initializer[2]);
  // A piece of its beginning is read with what is before it.
  expect(outline.graph?.initializer[1]?.rawData.subarray(4096).some((byte) => byte !== 0)).toBe(false);
});

test('a model that refers to its file answers as the file does', async () => {
  const file = aFile();
  const path = await save(file);
  const outline = readOutline(path);
  const referring = renderOnnx(referToData(parseOnnx(outline), { outline, file: basename(path) }));
  const x = { type: 'float32', dims: [1, width], data: draw(width, 3) } as const;

  await using whole = await openSession(file);
  await using mapped = await openSession(referring, { dataFolder: dirname(path) });

  expect(referring.length).toBeLessThan(10_000);
  expect(await mapped.run({ x })).toEqual(await whole.run({ x }));
});

test.each([
  ['cut in a large tensor', (file: Uint8Array) => file.subarray(0, file.length >> 1)],
  ['cut at its end', (file: Uint8Array) => file.subarray(0, -3)],
  ['of text', () => Buffer.from('no model at all')],
])('a file that is %s is refused', async (_, damage) => {
  const path = await save(damage(aFile()));

  expect(() => parseOnnx(readOutline(path))).toThrow(OnnxError);
});
