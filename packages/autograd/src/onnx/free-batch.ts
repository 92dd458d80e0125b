/** @file Lets a model that was exported for one picture run on any number. */
import { integers } from './build-onnx.ts';
import { copyMessage } from './copy-message.ts';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type TensorShapeProto_Dimension,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';
import { integersOf, OnnxError, type OnnxModel } from './read-onnx.ts';

/**
 * Makes the first dimension of every input and output the symbol `N`. Where the batch was a fixed number, shapes stored for Reshape that
 * begin with it are freed too: `[1, 49, 64]` -> `[-1, 49, 64]`, `[1, 85, -1]` -> `[0, 85, -1]`. A model that has its batch size built
 * in by other means (an Expand, a Concat with a stored row) still runs on one picture only.
 */
export function freeBatch(model: OnnxModel): OnnxModel {
  const { graph } = model;
  if (!graph) throw new OnnxError('it holds no graph');
  const stored = new Set(graph.initializer.map((tensor) => tensor.name));
  const fed = graph.input.filter(({ name }) => !stored.has(name));
  const batch = fed.map(firstDimension).find((dimension) => dimension !== undefined);
  return copyMessage(ModelProtoSchema, model, {
    graph: copyMessage(GraphProtoSchema, batch === undefined ? graph : freeReshapes(graph, batch), {
      input: graph.input.map((value) => (stored.has(value.name) ? value : withFreeBatch(value))),
      output: graph.output.map(withFreeBatch),
      valueInfo: [],
    }),
  });
}

const shapeOf = ({ type }: ValueInfoProto) => (type?.value.case === 'tensorType' ? type.value.value.shape : undefined);

/** The number that the first dimension is fixed to. */
function firstDimension(value: ValueInfoProto): number | undefined {
  const first = shapeOf(value)?.dim[0]?.value;
  return first?.case === 'dimValue' && first.value > 0n ? Number(first.value) : undefined;
}

function withFreeBatch(value: ValueInfoProto): ValueInfoProto {
  const { type } = value;
  const shape = shapeOf(value);
  if (type?.value.case !== 'tensorType' || !shape || shape.dim.length === 0) return value;
  const dim = shape.dim.map((dimension, axis) => (axis === 0 ? symbol('N') : freeName(dimension)));
  const tensor = copyMessage(TypeProto_TensorSchema, type.value.value, {
    shape: copyMessage(TensorShapeProtoSchema, shape, { dim }),
  });
  return copyMessage(ValueInfoProtoSchema, value, {
    type: copyMessage(TypeProtoSchema, type, { value: { case: 'tensorType', value: tensor } }),
  });
}

const symbol = (name: string): TensorShapeProto_Dimension =>
  copyMessage(TensorShapeProto_DimensionSchema, {} as TensorShapeProto_Dimension, {
    value: { case: 'dimParam', value: name },
  });

/** Another dimension may have been called N already; and 0 is how some exporters say that they do not know. */
function freeName(dimension: TensorShapeProto_Dimension): TensorShapeProto_Dimension {
  const { value } = dimension;
  if (value.case === 'dimParam' && value.value === 'N') return symbol('N_other');
  return value.case === 'dimValue' && value.value === 0n ? symbol('unknown') : dimension;
}

function freeReshapes(graph: GraphProto, batch: number): GraphProto {
  const constants = new Map<string, TensorProto>(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const fixed = new Set(constants.keys());
  const added: TensorProto[] = [];
  const node = graph.node.map((candidate): NodeProto => {
    if (candidate.opType === 'Constant') {
      const value = candidate.attribute.find((attribute) => attribute.name === 'value')?.t;
      if (value) constants.set(candidate.output[0] ?? '', value);
    }
    if (candidate.input.every((name) => name === '' || fixed.has(name)))
      for (const name of candidate.output) fixed.add(name);
    const [from = '', shape = ''] = candidate.input;
    const constant = constants.get(shape);
    if (candidate.opType !== 'Reshape' || !constant || fixed.has(from)) return candidate;
    const [first, ...rest] = integersOf(constant);
    if (first !== batch || rest.length === 0) return candidate;
    const name = `free-batch/${candidate.output[0]}`;
    added.push(integers(name, [rest.includes(-1) ? 0 : -1, ...rest]));
    return copyMessage(NodeProtoSchema, candidate, { input: [from, name] });
  });
  return added.length === 0
    ? graph
    : copyMessage(GraphProtoSchema, graph, { node, initializer: [...graph.initializer, ...added] });
}
