/** @file A graph of values as an ONNX model of ordinary inference operators. */
import { floats, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from '../onnx/generated/onnx_pb.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';
import { sortValues } from './gradient.ts';
import { operators } from './operators.ts';
import type { Value } from './value.ts';

/** Outputs by name, float32 of their static shapes. Inputs are named as they were made. */
export function emitOnnx(outputs: Readonly<Record<string, Value>>): OnnxModel {
  const names = new Map<Value, string>();
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const store = (make: (name: string) => TensorProto): string => {
    const name = `constant_${initializers.length}`;
    initializers.push(make(name));
    return name;
  };
  for (const value of sortValues(Object.values(outputs))) {
    if (value.kind === 'input') {
      names.set(value, value.name as string);
      inputs.push(onnxValue(value.name as string, 'float32', value.shape));
    } else if (value.kind === 'constant') {
      names.set(
        value,
        store((name) => floats(name, value.shape, value.data as Float32Array)),
      );
    } else {
      const output = `value_${names.size}`;
      names.set(value, output);
      const operator = operators[value.operator as keyof typeof operators];
      nodes.push(...operator.onnx({ inputs: value.inputs.map((i) => names.get(i) as string), output, value, store }));
    }
  }
  for (const [name, value] of Object.entries(outputs))
    nodes.push(onnxNode('Identity', [names.get(value) as string], [name]));
  return onnxModel({
    name: 'graph',
    inputs,
    outputs: Object.entries(outputs).map(([name, value]) => onnxValue(name, 'float32', value.shape)),
    nodes,
    initializers,
  });
}
