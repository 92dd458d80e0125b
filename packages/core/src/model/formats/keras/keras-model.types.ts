/** @file A Keras model as its configuration states it, brought to one form: Keras 2, Keras 3 and TensorFlow.js write it differently. */

export type Json = Readonly<Record<string, unknown>>;

/** The output of one call of a layer. */
export interface Reference {
  layer: string;
  call: number;
}

/** What a layer is called with: outputs of other layers, numbers, lists of numbers, or what no layer of ours takes. */
export type Argument = { from: Reference } | { constant: unknown };

export interface LayerCall {
  /** In order of position; lists of tensors are laid out flat. */
  arguments: readonly Argument[];
}

export interface KerasLayer {
  /** Such as `Conv2D`, or `math.truediv` for an operation of TensorFlow. */
  className: string;
  name: string;
  /** Names from the outermost model's layer down to this one. */
  path: readonly string[];
  config: Json;
  calls: readonly LayerCall[];
  /** Where the layer is a model itself. */
  model?: KerasModel;
  /** Operations have no weights and are not counted among the layers. */
  isOperation: boolean;
}

export interface KerasModel {
  name: string;
  layers: readonly KerasLayer[];
  /** Name of the one input layer. */
  input: string;
  output: Reference;
}
