/** @file Walks through a Keras model and the models inside, and has each layer build its part of the graph. */
import { ModelRefusal } from '../model-file-error.ts';
import type { KerasVersion } from './activations.ts';
import type { GraphWriter, Tensor } from './graph-writer.ts';
import { kerasLayers } from './keras-layers.ts';
import type { KerasLayer, KerasModel, Reference } from './keras-model.types.ts';
import type { FindWeights } from './keras-weights.ts';
import { refuse } from './layer-settings.ts';
import type { ModelFront } from './model-front.ts';

export interface WalkOptions {
  input: Tensor;
  weights: FindWeights;
  version: KerasVersion;
  front: ModelFront;
}

type Operand = Tensor | { constant: unknown };

/** The model's output. Throws ModelRefusal. */
export function walkModel(writer: GraphWriter, model: KerasModel, options: WalkOptions): Tensor {
  const known = new Map<string, Tensor | 'pending'>([[keyOf({ layer: model.input, call: 0 }), options.input]]);
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const find = (reference: Reference): Tensor => {
    const key = keyOf(reference);
    const found = known.get(key);
    if (found === 'pending') throw new ModelRefusal(`its layer "${reference.layer}" depends on itself`);
    if (found) return found;
    const layer = layers.get(reference.layer);
    const call = layer?.calls[reference.call];
    if (!layer || !call) throw new ModelRefusal(`its configuration calls "${reference.layer}", which it does not hold`);
    known.set(key, 'pending');
    const operands = call.arguments.map((argument) => ('from' in argument ? find(argument.from) : argument));
    const made = buildLayer(writer, layer, { ...options, operands });
    known.set(key, made);
    return made;
  };
  // Layers stand in an order in which each comes after what it needs: so the search never goes deep.
  for (const { name, calls } of model.layers) calls.forEach((_, call) => find({ layer: name, call }));
  return find(model.output);
}

const keyOf = ({ layer, call }: Reference): string => JSON.stringify([layer, call]);

function buildLayer(
  writer: GraphWriter,
  layer: KerasLayer,
  { operands, ...options }: WalkOptions & { operands: readonly Operand[] },
): Tensor {
  const inputs = operands.filter((operand): operand is Tensor => 'name' in operand);
  const [input] = inputs;
  if (!input) return refuse(layer, 'is called without a tensor');
  if (layer.config.data_format === 'channels_first')
    return refuse(layer, 'counts channels first, which is not supported');
  if (layer.model) return walkModel(writer, layer.model, { ...options, input });
  if (layer.className === 'Resizing') return assertResized(layer, input, options.front);
  const build = Object.hasOwn(kerasLayers, layer.className) ? kerasLayers[layer.className] : undefined;
  if (!build) return refuse(layer, 'is of a kind that cannot be brought along');
  writer.enter(layer.path.join('/'));
  const { version, weights } = options;
  const call = { writer, layer, input, inputs, operands, version };
  const made = build({ ...call, weights: (names) => weights(layer, names) });
  writer.remember(made);
  return made;
}

function assertResized(layer: KerasLayer, input: Tensor, { resizing }: ModelFront): Tensor {
  const [height, width] = input.shape;
  const isDone = resizing?.layer === layer && resizing.size.heightPx === height && resizing.size.widthPx === width;
  return isDone ? input : refuse(layer, 'resizes what is no longer the picture itself, which is not supported');
}
