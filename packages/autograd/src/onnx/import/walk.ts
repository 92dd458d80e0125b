/** @file Goes through the nodes of a model in order and keeps what every tensor is: a constant, a parameter, or a value of the graph. */
import { evaluate } from '../../graph/evaluate.ts';
import { ShapeError, sizeOf } from '../../graph/shape.ts';
import { type ConstantData, constant, type ElementType, input, type Value } from '../../graph/value.ts';
import { graphOf, opsetOf } from '../edit-onnx.ts';
import type { NodeProto, TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { type ImportRule, NodeReader, type Role } from './node-reader.ts';
import { isMoving, type Outline, type Place } from './outline.ts';
import { findRule } from './rules.ts';
import { runConstant } from './run-frozen.ts';
import { storedValue } from './stored-tensor.ts';
import { Unsupported } from './unsupported.ts';

/** A node that turned out to have no gradient. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Of the node. */
  readonly index: number;
  readonly reason: string;

  constructor(index: number, reason: string) {
    super(reason);
    this.index = index;
    this.reason = reason;
  }
}

export interface Learned {
  readonly name: string;
  /** Of the file. */
  readonly tensor: string;
  readonly value: Value;
  readonly initialize: () => Float32Array;
  readonly place: Place;
}

export interface Followed {
  readonly name: string;
  readonly value: Value;
  readonly initial: Float32Array;
  readonly next?: Value;
}

export interface WalkStart {
  readonly model: OnnxModel;
  readonly outline: Outline;
  /** Tensors where the walk begins. */
  readonly known: ReadonlyMap<string, Value>;
  /** Those of them that have passed a weight. */
  readonly passed: readonly string[];
  readonly isBatchNormLive: boolean;
  /** Before the names of parameters and buffers. */
  readonly prefix: string;
}

/** As for the constants of a file: 1 GiB of float32. */
const maxElements = 2 ** 28;

/** Operators that leave a stored weight a weight. */
const reshaping: ReadonlySet<string> = new Set(
  'Constant Identity Cast Transpose Reshape Flatten Squeeze Unsqueeze DequantizeLinear'.split(' '),
);

export class Walk {
  readonly learned: Learned[] = [];
  /** By tensor. */
  readonly buffers = new Map<string, Followed>();
  readonly #start: WalkStart;
  readonly #opset: number;
  readonly #values: Map<string, Value>;
  readonly #initializers: ReadonlyMap<string, TensorProto>;
  /** Tensors of the file, at most turned and renamed. */
  readonly #stored: Set<string>;
  /** Tensors behind the first weight: stored operands before it normalize pixels, and are not learned. */
  readonly #passed: Set<string>;

  constructor(start: WalkStart) {
    this.#start = start;
    this.#opset = opsetOf(start.model);
    this.#values = new Map(start.known);
    this.#initializers = new Map(graphOf(start.model).initializer.map((tensor) => [tensor.name, tensor]));
    this.#stored = new Set(this.#initializers.keys());
    this.#passed = new Set(start.passed);
  }

  /** Throws OnnxError where no node made it, Unsupported where it is stored in a type that is not trained. */
  get(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    const stored = this.#initializers.get(name);
    if (!stored) throw new OnnxError(`nothing makes its tensor "${name}"`);
    const value = storedValue(stored);
    this.#values.set(name, value);
    return value;
  }

  /** Throws Refusal where the node has no gradient, OnnxError where it makes no sense. */
  async visit(index: number, node: NodeProto): Promise<void> {
    const isOfPicture = isMoving(node, this.#start.outline.moving);
    try {
      const outputs = await this.#compute(index, node, isOfPicture);
      for (const [i, name] of node.output.entries()) {
        const output = outputs[i];
        if (output && name !== '') this.#values.set(name, output);
      }
    } catch (error) {
      if (error instanceof Unsupported && isOfPicture) throw new Refusal(index, error.reason);
      if (error instanceof Unsupported || error instanceof ShapeError)
        throw new OnnxError(`its ${node.opType} cannot be read: ${error.message}`, { cause: error });
      throw error;
    }
    const [first] = node.input;
    if (reshaping.has(node.opType) && (first === undefined || this.#stored.has(first)))
      addAll(this.#stored, node.output);
    if (node.input.some((name) => this.#passed.has(name))) addAll(this.#passed, node.output);
  }

  async #compute(index: number, node: NodeProto, isOfPicture: boolean): Promise<readonly Value[]> {
    try {
      const rule = findRule(node);
      if (!rule) throw new Unsupported('it has no gradient here');
      const inputs = node.input.map((name, i) =>
        name === ''
          ? undefined
          : this.#read(name, { index, node, role: isOfPicture ? rule.roles?.(i) : tokenAlone(rule, i) }),
      );
      const outputs = [rule.build(this.#reader(node, inputs))].flat();
      const largest = Math.max(0, ...outputs.map(({ shape }) => sizeOf(shape)));
      if (largest > maxElements) throw new OnnxError(`its ${node.opType} makes ${largest} elements`);
      return inputs.every((input) => !input || input.origin.kind === 'constant') ? outputs.map(fold) : outputs;
    } catch (error) {
      if (!(error instanceof Unsupported) || isOfPicture) throw error;
      return runConstant(this.#start.model, node, this.#values);
    }
  }

  #reader(node: NodeProto, inputs: readonly (Value | undefined)[]): NodeReader {
    return new NodeReader(node, {
      inputs,
      opset: this.#opset,
      isBatchNormLive: this.#start.isBatchNormLive,
      isOnlyReader: this.#start.outline.readers.get(node.input[0] ?? '') === 1,
      follow: (i, next) => {
        const name = node.input[i] ?? '';
        const buffer = this.buffers.get(name);
        if (buffer) this.buffers.set(name, { ...buffer, next });
      },
    });
  }

  /** The tensor, as a parameter or buffer from now on where that is its role. */
  #read(name: string, use: Use): Value {
    const value = this.get(name);
    const { origin, shape, type } = value;
    if (!use.role || origin.kind !== 'constant' || type !== 'float32' || !this.#stored.has(name)) return value;
    if (!this.#isLearned(name, use.role, value, use.node)) return value;
    const data = origin.data as Float32Array;
    const isBuffer = use.role === 'statistic';
    const learnedName = `${this.#start.prefix}${name}`;
    const made = input(`${isBuffer ? 'buffers' : 'parameters'}/${learnedName}`, shape);
    this.#values.set(name, made);
    if (isBuffer) {
      this.buffers.set(name, { name: learnedName, value: made, initial: data });
      return made;
    }
    const isWeight = use.role === 'weight';
    if (isWeight) this.#passed.add(name);
    this.learned.push({
      name: learnedName,
      tensor: name,
      value: made,
      initialize: () => data.slice(),
      place: { node: use.index, isWeight },
    });
    return made;
  }

  #isLearned(name: string, role: Role, { origin, shape }: Value, node: NodeProto): boolean {
    if (role === 'statistic' || role === 'weight' || role === 'bias') return true;
    // Single numbers are part of a formula; what is not finite is a mask.
    const data = origin.kind === 'constant' ? (origin.data as Float32Array) : new Float32Array();
    if (data.length < 2 || !data.every(Number.isFinite)) return false;
    return role === 'token' ? shape.length > 1 : node.input.some((other) => other !== name && this.#passed.has(other));
  }
}

interface Use {
  readonly index: number;
  readonly node: NodeProto;
  readonly role: Role | undefined;
}

/** Apart from the picture only tokens are learned: the rest is arithmetic of constants. */
function tokenAlone(rule: ImportRule, i: number): Role | undefined {
  return rule.roles?.(i) === 'token' ? 'token' : undefined;
}

function addAll(set: Set<string>, names: readonly string[]): void {
  for (const name of names) set.add(name);
}

/** Computes what depends on constants alone. */
function fold(value: Value): Value {
  if (value.origin.kind === 'constant') return value;
  const [numbers] = evaluate([value]) as [Float64Array];
  return constant(convert[value.type](numbers), value.shape);
}

/** Whole numbers are divided toward 0; those at the ends of int64 mean "as far as it goes". */
const convert: Readonly<Record<ElementType, (numbers: Float64Array) => ConstantData>> = {
  float32: (numbers) => Float32Array.from(numbers),
  int64: (numbers) =>
    BigInt64Array.from(numbers, (x) => BigInt(Math.trunc(Math.min(Math.max(x, -(2 ** 62)), 2 ** 62)))),
  bool: (numbers) => Uint8Array.from(numbers),
};
