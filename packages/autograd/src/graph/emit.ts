/** @file Graph -> ONNX model of ordinary inference operators, for any runtime. */
import { type AttributeValue, onnxModel, onnxNode, onnxTensor, onnxValue } from '../onnx/build-onnx.ts';
import type { NodeProto, TensorProto } from '../onnx/generated/onnx_pb.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';
import type { OnnxWriter } from './operator.ts';
import { recordOf } from './operators.ts';
import { type Shape, sizeOf } from './shape.ts';
import { type ConstantData, listNodes, type Value } from './value.ts';

/** Reductions take their axes as an input, ScatterElements adds: both since 18. */
export const graphOpset = 18;

/** Constants up to this many elements are stored once where they are equal. */
const smallConstant = 64;

/** Inputs are named as they were made; outputs as `outputs` says. */
export function emitOnnx(outputs: Readonly<Record<string, Value>>, name = 'graph'): OnnxModel {
  const values = Object.values(outputs);
  const nodes = listNodes(values);
  const writer = new GraphWriter();
  const inputs = new Map<string, Value>();
  for (const value of [...nodes.flatMap((node) => node.inputs), ...values]) {
    if (value.origin.kind !== 'input') continue;
    const same = inputs.get(value.origin.name);
    if (same && same !== value) throw new Error(`two inputs are named "${value.origin.name}"`);
    inputs.set(value.origin.name, value);
  }
  for (const node of nodes) {
    const [inputNames, outputNames] = [node.inputs.map(writer.nameOf), node.outputs.map(writer.nameOf)];
    const { onnx } = recordOf(node.operator);
    if (typeof onnx === 'string') writer.node(onnx, inputNames, outputNames);
    else
      onnx({
        inputs: inputNames,
        outputs: outputNames,
        inputTypes: node.inputs,
        outputTypes: node.outputs,
        attributes: node.attributes,
        writer,
      });
  }
  for (const [outputName, value] of Object.entries(outputs))
    writer.node('Identity', [writer.nameOf(value)], [outputName]);
  return onnxModel({
    name,
    opset: graphOpset,
    inputs: [...inputs].map(([inputName, { type, shape }]) => onnxValue(inputName, type, shape)),
    outputs: Object.entries(outputs).map(([outputName, { type, shape }]) => onnxValue(outputName, type, shape)),
    nodes: writer.nodes,
    initializers: writer.initializers,
  });
}

class GraphWriter implements OnnxWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #names = new Map<Value, string>();
  readonly #constants = new Map<string, string>();
  #count = 0;

  node(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): void {
    this.nodes.push(onnxNode(opType, inputs, outputs, attributes, domain));
  }

  readonly nameOf = (value: Value): string => {
    const { origin } = value;
    if (origin.kind === 'input') return origin.name;
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const name = origin.kind === 'constant' ? this.#constant(origin.data, value.shape) : this.temporary();
    this.#names.set(value, name);
    return name;
  };

  temporary(): string {
    return `t/${this.#count++}`;
  }

  integers(values: readonly number[], shape: Shape = [values.length]): string {
    return this.#constant(BigInt64Array.from(values, BigInt), shape);
  }

  floats(values: readonly number[], shape: Shape = [values.length]): string {
    return this.#constant(Float32Array.from(values), shape);
  }

  #constant(data: ConstantData, shape: Shape): string {
    const type = data instanceof Float32Array ? 'float32' : 'int64';
    const key = sizeOf(shape) <= smallConstant ? `${type} [${shape}] ${data.join()}` : undefined;
    const same = key === undefined ? undefined : this.#constants.get(key);
    if (same !== undefined) return same;
    const name = `c/${this.#count++}`;
    this.initializers.push(onnxTensor(name, type, shape, data));
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }
}
