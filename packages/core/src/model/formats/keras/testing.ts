/** @file For tests: pictures as fixtures/make_fixtures.py makes them, and models run on them. */

import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';

/** `[count, ...shape]` in Keras' order: the element i of picture n is (37 i + 11 n) mod 256. */
export function kerasPictures(shape: readonly number[], count = 2): Float32Array[] {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return Array.from({ length: count }, (_, n) =>
    Float32Array.from({ length: size }, (_, i) => (37 * i + 11 * n) % 256),
  );
}

/** `[H, W, C]` to `[C, H, W]`; other shapes as they are. */
export function channelsFirst(data: ArrayLike<number>, shape: readonly number[]): Float32Array {
  if (shape.length !== 3) return Float32Array.from(data);
  const [height, width, channels] = shape as [number, number, number];
  const places = height * width;
  return Float32Array.from(
    { length: data.length },
    (_, n) => data[(n % places) * channels + Math.floor(n / places)] as number,
  );
}

/** Runs the graph on all pictures at once. */
export async function runOnPictures(
  graph: OnnxModel,
  {
    shape,
    pictures,
    output,
    input,
  }: { shape: readonly number[]; pictures: readonly Float32Array[]; input: string; output: string },
): Promise<Float32Array> {
  const [height = 1, width = 1, channels = 1] = shape;
  const dims = shape.length === 3 ? [pictures.length, channels, height, width] : [pictures.length, ...shape];
  const rows = pictures.map((picture) => channelsFirst(picture, shape));
  const data = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  rows.forEach((row, n) => data.set(row, n * row.length));
  await using session = await openSession(renderOnnx(graph));
  const outputs = await session.run({ [input]: { type: 'float32', dims, data } }, [output]);
  return floatsOf(outputs, output).slice();
}
