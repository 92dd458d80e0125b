/**
 * @file The configuration of a Keras model -> KerasModel. Learned from keras/src/models/functional.py, tf_keras' functional.py and
 * TensorFlow.js' container.ts. It may be hostile: nothing of it is believed.
 */
import { ModelRefusal } from '../model-file-error.ts';
import type { Argument, Json, KerasLayer, KerasModel, LayerCall, Reference } from './keras-model.types.ts';

const mostLayers = 5_000;
const mostDepth = 8;
const modelClasses = ['Sequential', 'Functional', 'Model'];

interface Place {
  path: readonly string[];
  /** Layers that are still allowed. */
  left: { layers: number };
}

/** `text` is `model_config` of an .h5 file, `config.json` of a .keras file, or `modelTopology` of TensorFlow.js. Throws ModelRefusal. */
export function parseKerasConfig(text: string): KerasModel {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new ModelRefusal('its configuration is not JSON', { cause });
  }
  return parseModel(asObject(config, 'its configuration'), { path: [], left: { layers: mostLayers } });
}

function parseModel(record: Json, place: Place): KerasModel {
  const className = String(record.class_name);
  if (!modelClasses.includes(className))
    throw new ModelRefusal(
      `its model is of the class "${className}": only Sequential and Functional models hold their own description`,
    );
  if (place.path.length > mostDepth) throw new ModelRefusal('its models are nested too deep');
  // Sequential models of Keras before 2.3 are a bare list of layers.
  const config = Array.isArray(record.config) ? { layers: record.config } : asObject(record.config, `"${className}"`);
  const layers = asList(config.layers, 'layers').map((layer) => parseLayer(asObject(layer, 'a layer'), place));
  const name = typeof config.name === 'string' ? config.name : 'model';
  assertNoTwins(layers);
  return className === 'Sequential' ? chain(name, layers, config) : connect(name, layers, config);
}

function parseLayer(record: Json, { path, left }: Place): KerasLayer {
  left.layers -= 1;
  if (left.layers < 0) throw new ModelRefusal(`it has more than ${mostLayers} layers`);
  const className = String(record.class_name);
  const config = Array.isArray(record.config) ? {} : asObject(record.config ?? {}, `the layer ${className}`);
  const name = [record.name, config.name].find((stated) => typeof stated === 'string') ?? className;
  const inner = { path: [...path, name], left };
  const isModel = modelClasses.includes(className);
  return {
    className: classOf(className, config),
    name,
    path: inner.path,
    config,
    calls: parseCalls(record.inbound_nodes),
    ...(isModel ? { model: parseModel(record, inner) } : {}),
    isOperation: className === 'TFOpLambda' || (typeof record.module === 'string' && record.module.includes('.ops.')),
  };
}

/** `Custom>Name` is a registered class; TFOpLambda is any function of TensorFlow. */
function classOf(className: string, { function: name }: Json): string {
  if (className === 'TFOpLambda' && typeof name === 'string') return name;
  return className.slice(className.lastIndexOf('>') + 1);
}

function assertNoTwins(layers: readonly KerasLayer[]): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) throw new ModelRefusal(`it has two layers "${name}"`);
    names.add(name);
  }
}

/** Each layer is called with what the one before it gives. */
function chain(name: string, listed: readonly KerasLayer[], config: Json): KerasModel {
  const [first] = listed;
  if (!first) throw new ModelRefusal(`its model "${name}" has no layers`);
  const layers =
    first.className === 'InputLayer' ? listed : [inputOf(name, first, config), ...listed.map((layer) => layer)];
  const called = layers.map((layer, n) => {
    const before = layers[n - 1];
    return { ...layer, calls: before ? [{ arguments: [{ from: { layer: before.name, call: 0 } }] }] : [] };
  });
  const [input, last] = [called[0], called.at(-1)] as [KerasLayer, KerasLayer];
  return { name, layers: called, input: input.name, output: { layer: last.name, call: 0 } };
}

/** Sequential models without an input layer state the shape at their first layer, which may be a model itself, or at themselves. */
function inputOf(name: string, first: KerasLayer, { build_input_shape: built }: Json): KerasLayer {
  const inner = first.model?.layers.find((layer) => layer.name === first.model?.input);
  const shape = first.config.batch_input_shape ?? first.config.batch_shape ?? built ?? (inner && statedShape(inner));
  return {
    className: 'InputLayer',
    name: `${name}/input`,
    path: [`${name}/input`],
    config: { batch_shape: shape },
    calls: [],
    isOperation: false,
  };
}

/** `[null, height, width, channels]` as an input layer states it. */
export const statedShape = ({ config }: KerasLayer): unknown => config.batch_shape ?? config.batch_input_shape;

function connect(name: string, layers: readonly KerasLayer[], config: Json): KerasModel {
  const inputs = listReferences(config.input_layers);
  const outputs = listReferences(config.output_layers);
  const [input] = inputs;
  const [output] = outputs;
  if (!input || inputs.length !== 1) throw new ModelRefusal(`its model "${name}" has ${inputs.length} inputs, not one`);
  if (!output || outputs.length !== 1)
    throw new ModelRefusal(`its model "${name}" has ${outputs.length} outputs, not one`);
  return renumber({ name, layers, input: input.layer, output });
}

/** One `[name, call, output]`, a list of them, or a record of them. */
function listReferences(value: unknown): Reference[] {
  if (isReference(value)) return [toReference(value)];
  const list = Array.isArray(value) ? value : Object.values((value ?? {}) as Json);
  return list.filter(isReference).map(toReference);
}

const isReference = (value: unknown): value is [string, number, number] =>
  Array.isArray(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]);

function toReference([layer, call, output]: [string, number, number]): Reference {
  if (output !== 0) throw new ModelRefusal(`it uses the output ${output} of "${layer}", but layers have one`);
  return { layer, call };
}

/**
 * Keras 2 counts the calls of a nested model from 1 where the model was made with an input: the call that made it is not written down.
 */
function renumber(model: KerasModel): KerasModel {
  const references = [
    model.output,
    ...model.layers.flatMap(({ calls }) =>
      calls.flatMap((call) => call.arguments.flatMap((a) => ('from' in a ? [a.from] : []))),
    ),
  ];
  const fromOne = new Set(
    model.layers
      .filter(
        ({ name, calls, model: inner }) => inner && references.some((r) => r.layer === name && r.call >= calls.length),
      )
      .map(({ name }) => name),
  );
  const shift = (from: Reference): Reference => (fromOne.has(from.layer) ? { ...from, call: from.call - 1 } : from);
  return {
    ...model,
    output: shift(model.output),
    layers: model.layers.map((layer) => ({
      ...layer,
      calls: layer.calls.map((call) => ({
        arguments: call.arguments.map((a) => ('from' in a ? { from: shift(a.from) } : a)),
      })),
    })),
  };
}

function parseCalls(nodes: unknown): LayerCall[] {
  if (nodes === undefined || nodes === null) return [];
  return asList(nodes, 'inbound_nodes').map((node) =>
    Array.isArray(node) ? { arguments: parseOldNode(node) } : { arguments: parseNode(asObject(node, 'a call')) },
  );
}

/** Keras 3: `{ args: [tensor | [tensors] | constant], kwargs }`. Of the named arguments only tensors say what is computed. */
function parseNode({ args, kwargs }: Json): Argument[] {
  const positional = asList(args, 'args').flatMap(flatten);
  const named = Object.values(asObject(kwargs ?? {}, 'kwargs')).flatMap(flatten);
  return [...positional, ...named.filter((argument) => 'from' in argument)];
}

function flatten(value: unknown): Argument[] {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object')) return value.flatMap(flatten);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ constant: value }];
  const { class_name: className, config } = value as Json;
  if (className !== '__keras_tensor__') return [{ constant: value }];
  const history = (config as Json | undefined)?.keras_history;
  if (!isReference(history)) throw new ModelRefusal('a tensor of its configuration comes from nowhere');
  return [{ from: toReference(history) }];
}

/** Keras 2: a list of `[layer, call, output, kwargs]`; the kwargs of an operation hold its other operand. */
function parseOldNode(node: readonly unknown[]): Argument[] {
  // A single reference need not be in a list of its own.
  const list = isReference(node) ? [node] : node;
  return list.flatMap((item): Argument[] => {
    const [layer, call, value, kwargs] = asList(item, 'a call');
    const first: Argument =
      layer === '_CONSTANT_VALUE'
        ? { constant: value }
        : { from: toReference([String(layer), Number(call), Number(value)]) };
    const { x, y } = asObject(kwargs ?? {}, 'kwargs');
    return [first, ...[x, y].filter((other) => other !== undefined).map(toOperand)];
  });
}

const toOperand = (value: unknown): Argument =>
  isReference(value) ? { from: toReference(value) } : { constant: value };

function asObject(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new ModelRefusal(`${what} is not an object`);
}

function asList(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new ModelRefusal(`${what} of its configuration is not a list`);
}
