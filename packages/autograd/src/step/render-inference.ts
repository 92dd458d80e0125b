/** @file A trained network as a model for inference: parameters inside, any number of pictures at once. */
import { emitOnnx } from '../graph/emit.ts';
import type { Value } from '../graph/value.ts';
import type { Network } from '../nn/network.ts';
import { floats, onnxTensor, onnxValue } from '../onnx/build-onnx.ts';
import { copyMessage } from '../onnx/copy-message.ts';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
} from '../onnx/generated/onnx_pb.ts';
import { keepFirstToken } from '../onnx/quantize/first-token.ts';
import { foldBiases } from '../onnx/quantize/tidy-graph.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';
import { assertStateTensor, type State } from './state.ts';

export interface InferenceOptions {
  /** Take the parameters of their running average. Default false. */
  readonly useEma?: boolean;
}

/** Two primes: a size that differs between graphs of these batches is a multiple of the batch, and equals no other by chance. */
const batches = [1009, 1013] as const;

/**
 * Input `pixels` [N, 3, H, W]; outputs `features` [N, D] and `logits` [N, K]. `build` makes the network in evaluation mode for a batch of
 * this size. Graphs have static shapes: two are made, and what differs between them is the batch. Throws RangeError where the state
 * does not fit.
 */
export function renderInference(
  build: (batch: number) => Network,
  state: State,
  { useEma = false }: InferenceOptions = {},
): OnnxModel {
  const networks = batches.map(build) as [Network, Network];
  const [model, other] = networks.map(({ features, logits }) =>
    emitOnnx({ features, logits }, { name: 'network' }),
  ) as [OnnxModel, OnnxModel];
  const [network] = networks;
  const stored = [
    ...network.parameters.map(({ name, value }) => ({ name: `${useEma ? 'ema' : 'parameters'}/${name}`, value })),
    ...network.buffers.map(({ name, value }) => ({ name: `buffers/${name}`, value })),
  ].map(({ name, value }) => storedTensor(state, name, value));
  const graph = freeBatch(model.graph as GraphProto, other.graph as GraphProto);
  const whole = copyMessage(ModelProtoSchema, model, {
    graph: copyMessage(GraphProtoSchema, graph, {
      input: [batchOf('pixels', network.input)],
      output: [batchOf('features', network.features), batchOf('logits', network.logits)],
      initializer: [...graph.initializer, ...stored],
    }),
  });
  return foldBiases(keepFirstToken(whole));
}

const batchOf = (name: string, { shape }: Value) => onnxValue(name, 'float32', ['N', ...shape.slice(1)]);

/** Under the name that the graph reads it by, whatever it is called in the state. */
function storedTensor(state: State, name: string, { origin, shape }: Value): TensorProto {
  const tensor = state.get(name);
  if (!tensor) throw new RangeError(`the state has no "${name}"`);
  assertStateTensor(name, tensor, shape);
  return floats(origin.kind === 'input' ? origin.name : name, shape, tensor.data);
}

/** Reshapes whose target differs between the two graphs get -1, "whatever is left", where it does. */
function freeBatch(graph: GraphProto, other: GraphProto): GraphProto {
  const [constants, otherConstants] = [graph, other].map(
    ({ initializer }) => new Map(initializer.map((tensor) => [tensor.name, tensor])),
  ) as [Map<string, TensorProto>, Map<string, TensorProto>];
  const used = new Map<string, TensorProto>();
  const node = graph.node.map((own, i): NodeProto => {
    const theirs = other.node[i];
    if (own.opType !== theirs?.opType) throw new Error('the network has other operators for another batch');
    const input = own.input.map((name, at) => {
      const [tensor, twin] = [constants.get(name), otherConstants.get(theirs.input[at] ?? '')];
      if (!tensor || !twin) return name;
      const freed = isEqual(tensor.rawData, twin.rawData) ? tensor : freeShape(own, tensor, twin);
      used.set(freed.name, freed);
      return freed.name;
    });
    return copyMessage(NodeProtoSchema, own, { input });
  });
  return copyMessage(GraphProtoSchema, graph, { node, initializer: [...used.values()] });
}

function freeShape(node: NodeProto, tensor: TensorProto, twin: TensorProto): TensorProto {
  const [shape, other] = [tensor, twin].map(integersOf) as [bigint[], bigint[]];
  const moving = shape.flatMap((size, axis) => (size === other[axis] ? [] : [axis]));
  if (node.opType !== 'Reshape' || moving.length !== 1)
    throw new Error(`${node.opType} depends on the batch: only a reshape of one axis may`);
  const free = shape.map((size, axis) => (axis === moving[0] ? -1n : size));
  return onnxTensor(`shape/${free.join('x')}`, 'int64', [free.length], BigInt64Array.from(free));
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const integersOf = ({ rawData }: TensorProto): bigint[] => {
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.byteLength / 8 }, (_, i) => view.getBigInt64(8 * i, true));
};
