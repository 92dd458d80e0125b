/** @file What the builder of a layer is given, and what it gives. */
import type { KerasVersion } from './activations.ts';
import type { GraphWriter, Tensor } from './graph-writer.ts';
import type { KerasLayer } from './keras-model.types.ts';
import type { StoredArray } from './open-hdf5.ts';

export interface BuildCall {
  writer: GraphWriter;
  layer: KerasLayer;
  /** The first tensor it is called with. */
  input: Tensor;
  /** All of them. */
  inputs: readonly Tensor[];
  /** Tensors and constants in order of position. */
  operands: readonly (Tensor | { constant: unknown })[];
  /** In the order of `names`, which is Keras' order. */
  weights: (names: readonly string[]) => StoredArray[];
  version: KerasVersion;
}

/** Throws ModelRefusal for what it cannot do. */
export type BuildLayer = (call: BuildCall) => Tensor;
