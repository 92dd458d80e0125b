/** @file All that a training has learned so far, as plain tensors by name: a checkpoint is one file of them. */
import type { Shape } from '../graph/shape.ts';
import { sizeOf } from '../graph/shape.ts';

export interface StateTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * `parameters/NAME`, `buffers/NAME`, per slot of the optimizer `momentum/NAME` and so on, `ema/NAME`, and `step` [], the updates so far;
 * with gradient accumulation `gradients/NAME` and `accumulated` [], the micro-batches in them.
 */
export type State = ReadonlyMap<string, StateTensor>;

/** Throws RangeError. */
export function assertStateTensor(name: string, { shape, data }: StateTensor, expected: Shape): void {
  if (shape.join() !== expected.join() || data.length !== sizeOf(expected))
    throw new RangeError(`"${name}" is [${shape}] with ${data.length} numbers where [${expected}] is expected`);
}
