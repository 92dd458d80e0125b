/** @file A Keras model becomes one ONNX graph from pixels to logits and probabilities. */
import { findFeatureOutput, pruneToOutputs } from '@tintype/autograd/onnx/edit-onnx';
import { OnnxError, type OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import type { InputSize } from '../../preprocessing-files.ts';
import { ModelRefusal } from '../model-file-error.ts';
import type { KerasVersion } from './activations.ts';
import { GraphWriter, reshape, settle, type Tensor, tensor } from './graph-writer.ts';
import type { KerasLayer, KerasModel } from './keras-model.types.ts';
import type { FindWeights } from './keras-weights.ts';
import { findFront, type ModelFront } from './model-front.ts';
import { statedShape } from './parse-keras-config.ts';
import { walkModel } from './walk-model.ts';

export interface ConvertOptions {
  weights: FindWeights;
  version: KerasVersion;
  /** For a model that takes pictures of any size. */
  sizePx?: number;
}

export interface ConvertedModel {
  /** `pixels` [N, 3, H, W] to `logits` and `probabilities` [N, K]. */
  graph: OnnxModel;
  size: InputSize;
  classCount: number;
  /** The tensor that the last linear layer reads; where there is none, the logits. */
  features: { output: string; dimensions: number };
  front: ModelFront;
  isGrey: boolean;
  /** What was taken for granted: sentences for a person. */
  notices: readonly string[];
}

const inputName = 'pixels';
/** ITU-R BT.601, as Pillow makes grey. */
const lumaWeights = [0.299, 0.587, 0.114];

/** Throws ModelRefusal: for what cannot be brought along, with the name of the layer. */
export function convertKeras(model: KerasModel, options: ConvertOptions): ConvertedModel {
  const front = findFront(model);
  const { height, width, channels } = inputShape(model, { front, ...options });
  const writer = new GraphWriter();
  writer.enter('input');
  const picture: Tensor = { name: inputName, shape: [height, width, 3] };
  const input = channels === 3 ? picture : makeGrey(writer, picture);
  const output = walkModel(writer, model, { ...options, front, input });

  writer.enter('output');
  const { logits, notices } = findLogits(writer, output);
  const [classCount = 0] = logits.shape;
  const probabilities = writer.node('Softmax', [logits.name], { axis: 1 });
  const dims = ['N', 3, height, width];
  const whole = writer.model(
    { name: inputName, dims },
    {
      logits: { from: logits.name, dims: ['N', classCount] },
      probabilities: { from: probabilities, dims: ['N', classCount] },
    },
  );
  const graph = pruneToOutputs(whole, ['logits', 'probabilities']);
  return {
    graph,
    size: { heightPx: height, widthPx: width },
    classCount,
    features: findFeatures(writer, graph, classCount),
    front,
    isGrey: channels === 1,
    notices,
  };
}

function inputShape(
  model: KerasModel,
  { front, sizePx }: { front: ModelFront; sizePx?: number },
): { height: number; width: number; channels: number } {
  const layer = model.layers.find(({ name }) => name === model.input);
  const shape = layer && innermostShape(layer, model);
  if (!Array.isArray(shape) || shape.length !== 4)
    throw new ModelRefusal(
      `its input has the shape ${JSON.stringify(shape ?? null)}, not [batch, height, width, channels]`,
    );
  const [, statedHeight, statedWidth, channels] = shape as unknown[];
  if (channels !== 3 && channels !== 1)
    throw new ModelRefusal(`its pictures have ${JSON.stringify(channels)} channels, not three or one`);
  const height = front.resizing?.size.heightPx ?? statedHeight ?? sizePx;
  const width = front.resizing?.size.widthPx ?? statedWidth ?? sizePx;
  if (!isSide(height) || !isSide(width))
    throw new ModelRefusal('it takes pictures of any size; say which with --size, for example --size 224');
  if (sizePx !== undefined && (sizePx !== height || sizePx !== width))
    throw new ModelRefusal(`its input is ${width} x ${height}, not ${sizePx} x ${sizePx}`);
  return { height, width, channels };
}

/** Of an input layer, or of the model that it leads to where it states none. */
function innermostShape(layer: KerasLayer, model: KerasModel): unknown {
  const own = statedShape(layer);
  if (own !== undefined) return own;
  const next = model.layers.find(({ calls }) =>
    calls.some((call) => call.arguments.some((a) => 'from' in a && a.from.layer === layer.name)),
  );
  const inner = next?.model;
  const input = inner?.layers.find(({ name }) => name === inner.input);
  return inner && input ? innermostShape(input, inner) : undefined;
}

const isSide = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 4096;

function makeGrey(writer: GraphWriter, picture: Tensor): Tensor {
  const weights = writer.floats([1, 3, 1, 1], lumaWeights);
  return tensor(writer.node('Conv', [picture.name, weights]), [
    picture.shape[0] as number,
    picture.shape[1] as number,
    1,
  ]);
}

/** What the softmax at the end is taken of; a sigmoid of one number z is the softmax of [0, z]. */
function findLogits(writer: GraphWriter, given: Tensor): { logits: Tensor; notices: string[] } {
  const channels = given.shape.at(-1) as number;
  const isPixel = given.shape.length === 3 && given.shape[0] === 1 && given.shape[1] === 1;
  const output = isPixel ? reshape(writer, given, [channels]) : settle(writer, given);
  const { shape, squashed } = isPixel && given.squashed ? { shape: [channels], squashed: given.squashed } : output;
  if (shape.length !== 1)
    throw new ModelRefusal(`it gives [${shape.join(', ')}] per picture, not one number per class`);
  const from = squashed ? settle(writer, reshape(writer, squashed.from, [channels])) : output;
  if (channels === 1) {
    if (squashed?.by === 'softmax') throw new ModelRefusal('it gives one number by softmax, which is always 1');
    const pair = writer.node('Mul', [from.name, writer.floats([2], [0, 1])]);
    const notices = squashed
      ? []
      : ['It ends without a sigmoid: its one output is taken as the logit of the second class.'];
    return { logits: tensor(pair, [2]), notices };
  }
  if (squashed?.by === 'sigmoid')
    throw new ModelRefusal(
      `it gives ${channels} classes a sigmoid each, so that a picture may have several; only one class per picture is supported`,
    );
  const notices = squashed ? [] : ['It ends without a softmax: its outputs are taken as logits.'];
  return { logits: from, notices };
}

function findFeatures(writer: GraphWriter, graph: OnnxModel, classCount: number): ConvertedModel['features'] {
  try {
    const output = findFeatureOutput(graph);
    const shape = writer.shapeOf(output);
    if (shape) return { output, dimensions: shape.reduce((product, dimension) => product * dimension, 1) };
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
  }
  return { output: 'logits', dimensions: classCount };
}
