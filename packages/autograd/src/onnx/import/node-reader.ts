/** @file One ONNX node as the rules read it: its inputs as values of the graph, its attributes with their defaults. */
import type { Value } from '../../graph/value.ts';
import type { AttributeProto, NodeProto, TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import { Unsupported } from './unsupported.ts';

/** What a rule may ask of the import. */
export interface NodeContext {
  readonly inputs: readonly (Value | undefined)[];
  /** Version of the default operator set. */
  readonly opset: number;
  /** Whether batch normalization takes the statistics of the batch, and follows them. */
  readonly isBatchNormLive: boolean;
  /** Whether nothing but this node reads its first input. */
  readonly isOnlyReader: boolean;
  /** Says what a buffer, given by the input that reads it, becomes after a step. */
  readonly follow: (input: number, next: Value) => void;
}

export class NodeReader {
  readonly node: NodeProto;
  readonly context: NodeContext;

  constructor(node: NodeProto, context: NodeContext) {
    this.node = node;
    this.context = context;
  }

  get opset(): number {
    return this.context.opset;
  }

  get inputs(): readonly (Value | undefined)[] {
    return this.context.inputs;
  }

  /** Throws OnnxError where the node lacks the input. */
  value(input: number): Value {
    const found = this.inputs[input];
    if (!found) throw new OnnxError(`its ${this.node.opType} lacks an input`);
    return found;
  }

  /** The numbers of an input that does not depend on the picture; undefined where there is no such input. */
  findNumbers(input: number): number[] | undefined {
    const value = this.inputs[input];
    if (!value) return undefined;
    if (value.origin.kind !== 'constant') throw new Unsupported('it takes sizes that depend on the picture');
    return Array.from(value.origin.data, Number);
  }

  numbers(input: number): number[] {
    this.value(input);
    return this.findNumbers(input) ?? [];
  }

  /** Of an input, or of the attribute that it was in older operator sets. */
  numbersOrAttribute(input: number, name: string): number[] | undefined {
    return this.findNumbers(input) ?? this.findIntegers(name);
  }

  find(name: string): AttributeProto | undefined {
    return this.node.attribute.find((attribute) => attribute.name === name);
  }

  integer(name: string, otherwise: number): number {
    const attribute = this.find(name);
    return attribute ? Number(attribute.i) : otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.find(name)?.f ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const attribute = this.find(name);
    return attribute ? new TextDecoder().decode(attribute.s) : otherwise;
  }

  findIntegers(name: string): number[] | undefined {
    return this.find(name)?.ints.map(Number);
  }

  findTensor(name: string): TensorProto | undefined {
    return this.find(name)?.t;
  }
}

/** How an input that the file stores is learned. Weights decay. Operands are learned only where what they meet has passed a weight. */
export type Role = 'weight' | 'bias' | 'operand' | 'token' | 'statistic';

/** Everything known about one ONNX operator. */
export interface ImportRule {
  /** Its outputs in our operators. Throws Unsupported for a form that is not differentiated, ShapeError where the inputs do not fit. */
  readonly build: (node: NodeReader) => Value | readonly Value[];
  /** Per input; none are learned where it is missing. */
  readonly roles?: (input: number) => Role | undefined;
}

export type ImportRules = Readonly<Record<string, ImportRule>>;
