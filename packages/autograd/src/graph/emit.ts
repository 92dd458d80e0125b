/** @file Graph -> ONNX model of ordinary inference operators, for any runtime. */

import { writeBlocked } from '../lowering/blocked.ts';
import { openForms } from '../lowering/forms.ts';
import { type Lowering, plainLowering } from '../lowering/lowering.ts';
import { penOf } from '../lowering/pen.ts';
import { type AttributeValue, onnxModel, onnxNode, onnxTensor, onnxValue } from '../onnx/build-onnx.ts';
import { elementTypes } from '../onnx/element-types.ts';
import type { NodeProto, TensorProto } from '../onnx/generated/onnx_pb.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';
import type { OnnxWriter } from './operator.ts';
import { recordOf } from './operators.ts';
import { type Shape, sizeOf } from './shape.ts';
import { type ConstantData, listNodes, type Node, typeOfData, type Value } from './value.ts';

/** Reductions take their axes as an input, ScatterElements adds: both since 18. */
export const graphOpset = 18;

/** Constants up to this many elements are stored once where they are equal. */
const smallConstant = 64;

export interface EmitOptions {
  /** Of the graph; default `graph`. */
  readonly name?: string;
  /** How operators are written; default plainly, for any runtime. */
  readonly lowering?: Lowering;
}

/** Inputs are named as they were made; outputs as `outputs` says. */
export function emitOnnx(outputs: Readonly<Record<string, Value>>, options: EmitOptions = {}): OnnxModel {
  const { name = 'graph', lowering = plainLowering } = options;
  const values = Object.values(outputs);
  const nodes = listNodes(values);
  const read = [...nodes.flatMap((node) => node.inputs), ...values];
  const inputs = inputsOf(read);
  const writer = new GraphWriter();
  const copied = writer.nameOutputs(outputs);
  const forms =
    lowering.layout === 'blocked'
      ? openForms(penOf(writer), lowering.block, countEach(read), writer.nameOf)
      : undefined;
  const nameOf = forms ? forms.plain : writer.nameOf;
  const isPoolInDouble = lowering.layout === 'plain' && lowering.maxPoolInDouble === true;
  for (const node of nodes) {
    if (forms && writeBlocked(forms, node)) continue;
    if (isPoolInDouble && node.operator === 'maxPool') writeMaxPoolInDouble(node, nameOf, writer);
    else writePlain(node, nameOf, writer);
  }
  for (const value of values) nameOf(value);
  for (const [outputName, value] of copied) writer.node('Identity', [nameOf(value)], [outputName]);
  return onnxModel({
    name,
    opset: graphOpset,
    domains: [...writer.domains],
    inputs: [...inputs].map(([inputName, { type, shape }]) => onnxValue(inputName, type, shape)),
    outputs: Object.entries(outputs).map(([outputName, { type, shape }]) => onnxValue(outputName, type, shape)),
    nodes: writer.nodes,
    initializers: writer.initializers,
  });
}

function inputsOf(values: readonly Value[]): Map<string, Value> {
  const inputs = new Map<string, Value>();
  for (const value of values) {
    if (value.origin.kind !== 'input') continue;
    const same = inputs.get(value.origin.name);
    if (same && same !== value) throw new Error(`two inputs are named "${value.origin.name}"`);
    inputs.set(value.origin.name, value);
  }
  return inputs;
}

function countEach(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Between two casts; equal pixels stay equal, so that the same one wins. */
function writeMaxPoolInDouble(node: Node, nameOf: (value: Value) => string, writer: OnnxWriter): void {
  const [wide, wideMaxima] = [writer.temporary(), writer.temporary()];
  const [x, y] = [node.inputs[0] as Value, node.outputs[0] as Value];
  const names = new Map([
    [x, wide],
    [y, wideMaxima],
  ]);
  writer.node('Cast', [nameOf(x)], [wide], { to: elementTypes.float64.id });
  writePlain(node, (value) => names.get(value) ?? nameOf(value), writer);
  writer.node('Cast', [wideMaxima], [nameOf(y)], { to: elementTypes.float32.id });
}

function writePlain(node: Node, nameOf: (value: Value) => string, writer: OnnxWriter): void {
  const inputs = node.inputs.map(nameOf);
  const outputs = node.outputs.map(nameOf);
  const { onnx } = recordOf(node.operator);
  if (typeof onnx === 'string') return writer.node(onnx, inputs, outputs);
  onnx({ inputs, outputs, inputTypes: node.inputs, outputTypes: node.outputs, attributes: node.attributes, writer });
}

class GraphWriter implements OnnxWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly domains = new Set<string>();
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
    if (domain !== '') this.domains.add(domain);
  }

  /** Computed outputs are written under their own names; the rest, inputs and what has two names, is left to be copied. */
  nameOutputs(outputs: Readonly<Record<string, Value>>): [name: string, value: Value][] {
    return Object.entries(outputs).filter(([name, value]) => {
      if (value.origin.kind !== 'node' || this.#names.has(value)) return true;
      this.#names.set(value, name);
      return false;
    });
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
    const type = typeOfData(data);
    const key = sizeOf(shape) <= smallConstant ? `${type} [${shape}] ${data.join()}` : undefined;
    const same = key === undefined ? undefined : this.#constants.get(key);
    if (same !== undefined) return same;
    const name = `c/${this.#count++}`;
    this.initializers.push(onnxTensor(name, type, shape, data));
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }
}
