/**
 * @file The ONNX graph that a Keras model becomes, under construction. Keras counts a picture as [height, width, channels]; here it lies as
 * [N, channels, height, width], and every shape is still said in Keras' order, without the batch.
 */
import {
  type AttributeValue,
  floats,
  integers,
  onnxModel,
  onnxNode,
  onnxValue,
} from '@tintype/autograd/onnx/build-onnx';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { ModelRefusal } from '../model-file-error.ts';

export type Shape = readonly number[];

export interface Tensor {
  name: string;
  /** In Keras' order, without the batch. Three dimensions are a picture, which lies channels first. */
  shape: Shape;
  /** Of a picture that was laid flat: it still lies channels first, unlike in Keras. */
  flattened?: Shape;
  /** Of a picture with zeros around it: how to make it again. */
  padding?: { from: Tensor; pads: readonly number[] };
  /** What `softmax` or `sigmoid` was taken of. */
  squashed?: { by: 'softmax' | 'sigmoid'; from: Tensor };
}

/** A reference to the messages of the graph. */
type Node = ReturnType<typeof onnxNode>;
type Constant = ReturnType<typeof floats>;

interface End {
  name: string;
  dims: readonly (number | string)[];
}

const mostElements = 2 ** 27;

export class GraphWriter {
  readonly #nodes: Node[] = [];
  readonly #constants: Constant[] = [];
  readonly #shapes = new Map<string, Shape>();
  #prefix = '';
  #count = 0;

  /** Names made from now on begin with the layer's. */
  enter(layer: string): void {
    this.#prefix = layer;
  }

  /** Keeps the shape of what a layer made. */
  remember({ name, shape }: Tensor): void {
    this.#shapes.set(name, shape);
  }

  /** Undefined for what is not a layer's result. */
  shapeOf(name: string): Shape | undefined {
    return this.#shapes.get(name);
  }

  /** Adds a node with one output and returns its name. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    const output = this.#name(op);
    this.#nodes.push(onnxNode(op, inputs, [output], attributes));
    return output;
  }

  floats(dims: Shape, values: ArrayLike<number>): string {
    const name = this.#name('value');
    this.#constants.push(floats(name, dims, values));
    return name;
  }

  integers(values: readonly number[]): string {
    const name = this.#name('value');
    this.#constants.push(integers(name, values));
    return name;
  }

  model(input: End, outputs: Readonly<Record<string, { from: string } & Omit<End, 'name'>>>): OnnxModel {
    const ends = Object.entries(outputs);
    return onnxModel({
      name: 'keras',
      inputs: [onnxValue(input.name, 'float32', input.dims)],
      outputs: ends.map(([name, { dims }]) => onnxValue(name, 'float32', dims)),
      nodes: [...this.#nodes, ...ends.map(([name, { from }]) => onnxNode('Identity', [from], [name]))],
      initializers: this.#constants,
    });
  }

  #name(word: string): string {
    this.#count += 1;
    return `${this.#prefix}/${word}_${this.#count}`;
  }
}

/** Throws ModelRefusal for a shape that no picture needs. */
export function tensor(name: string, shape: Shape, more: Omit<Tensor, 'name' | 'shape'> = {}): Tensor {
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  if (!shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 1) || elements > mostElements)
    throw new ModelRefusal(`it makes a tensor of the shape [${shape.join(', ')}]`);
  return { name, shape, ...more };
}

export const isPicture = ({ shape }: Tensor): boolean => shape.length === 3;

/** The same numbers in Keras' order, with nothing left to put right: a picture as [N, H, W, C]. */
function inKerasOrder(writer: GraphWriter, given: Tensor): string {
  const [height = 1, width = 1, channels = 1] = given.flattened ?? given.shape;
  if (!given.flattened && !isPicture(given)) return given.name;
  if (height * width === 1 || channels === 1)
    return given.flattened
      ? given.name
      : writer.node('Reshape', [given.name, writer.integers([0, height, width, channels])]);
  const picture = given.flattened
    ? writer.node('Reshape', [given.name, writer.integers([0, channels, height, width])])
    : given.name;
  const last = writer.node('Transpose', [picture], { perm: [0, 2, 3, 1] });
  return given.flattened ? writer.node('Reshape', [last, writer.integers([0, height * width * channels])]) : last;
}

/** A flattened picture in Keras' order; anything else as it is. */
export function settle(writer: GraphWriter, given: Tensor): Tensor {
  return given.flattened ? tensor(inKerasOrder(writer, given), given.shape) : given;
}

/** As Keras' Reshape does it, in its order of elements. */
export function reshape(writer: GraphWriter, given: Tensor, shape: Shape): Tensor {
  const raw = given.squashed;
  const isSame = shape.length === given.shape.length && shape.every((dimension, n) => dimension === given.shape[n]);
  if (isSame) return given;
  // A vector keeps what its softmax was taken of.
  const squashed =
    raw && shape.length === 1 ? { squashed: { by: raw.by, from: reshape(writer, raw.from, shape) } } : {};
  const [height = 1, width = 1, channels = 1] = given.shape;
  if (isPicture(given) && shape.length === 1) {
    const flat = writer.node('Reshape', [given.name, writer.integers([0, shape[0] as number])]);
    const isSettled = height * width === 1 || channels === 1;
    return tensor(flat, shape, { ...(isSettled ? {} : { flattened: given.shape }), ...squashed });
  }
  const ordered = inKerasOrder(writer, given);
  const shaped = writer.node('Reshape', [ordered, writer.integers([0, ...shape])]);
  if (shape.length !== 3) return tensor(shaped, shape, squashed);
  return tensor(writer.node('Transpose', [shaped], { perm: [0, 3, 1, 2] }), shape);
}
