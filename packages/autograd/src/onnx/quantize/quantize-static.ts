/**
 * @file A planned network with its ranges -> the same network with QuantizeLinear and DequantizeLinear around what is computed in 8 bits, which
 * ONNX Runtime makes into 8-bit kernels (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
 */
import { floats, onnxNode, onnxTensor } from '../build-onnx.ts';
import { copyMessage } from '../copy-message.ts';
import { listInputs } from '../edit-onnx.ts';
import { type NodeProto, NodeProtoSchema, type TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { type Affine, affineOf, quantizeChannels, type Range, roundHalfEven } from './affine.ts';
import { indexGraph, withNodes } from './graph-index.ts';
import { layoutOf, shiftOf } from './layer-layout.ts';
import type { PlannedNode, StaticPlan } from './plan-static.ts';
import { floatsOfTensor } from './stored-floats.ts';

/** Before every name that is new, so that none clashes with the model's own. */
const prefix = 'int8/';

export interface Calibration {
  /** Of `plan.tensors`. */
  readonly ranges: ReadonlyMap<string, Range>;
  /**
   * [C] mean of each channel of them, by which biases make up for what rounding the weights shifts (Nagel et al. 2019,
   * https://arxiv.org/abs/1906.04721, section 4.2). Default: biases stay.
   */
  readonly means?: ReadonlyMap<string, Float64Array>;
}

/** Throws OnnxError where a range is missing or a name is taken. */
export function quantizeStatic(plan: StaticPlan, calibration: Calibration): OnnxModel {
  const writer = new StaticWriter(plan, calibration);
  for (const { name } of listInputs(plan.model)) writer.convert(name, name);
  for (const node of indexGraph(plan.model).nodes) {
    const planned = plan.nodes.get(node);
    if (planned) writer.quantized(planned);
    else if (!plan.merged.has(node)) writer.untouched(node);
  }
  return withNodes(plan.model, writer.nodes, [...writer.stored.values()]);
}

class StaticWriter {
  readonly nodes: NodeProto[] = [];
  readonly stored = new Map<string, TensorProto>();
  readonly #plan: StaticPlan;
  readonly #calibration: Calibration;
  readonly #weights: ReadonlyMap<string, TensorProto>;
  /** Tensors that 8-bit nodes read. */
  readonly #wanted: ReadonlySet<string>;
  /** Tensor -> what 8-bit nodes read in its place. */
  readonly #converted = new Map<string, string>();

  constructor(plan: StaticPlan, calibration: Calibration) {
    this.#plan = plan;
    this.#calibration = calibration;
    const { nodes, stored } = indexGraph(plan.model);
    this.#weights = stored;
    const taken = [...stored.keys(), ...nodes.flatMap(({ output }) => output)].find((name) => name.startsWith(prefix));
    if (taken !== undefined) throw new OnnxError(`its tensor "${taken}" looks as if it had been quantized before`);
    this.#wanted = new Set(
      [...plan.nodes.values()].flatMap(({ node, inputs }) => inputs.map((i) => node.input[i] as string)),
    );
  }

  untouched(node: NodeProto): void {
    this.nodes.push(node);
    for (const name of node.output) this.convert(name, name);
  }

  /** To 8 bits and back: `from` has the numbers, `tensor` is whose range they have. */
  convert(from: string, tensor: string): void {
    if (!this.#wanted.has(tensor)) return;
    const name = `${prefix}${tensor}/as-float`;
    this.#pair(from, tensor, name);
    this.#converted.set(tensor, name);
  }

  #pair(from: string, tensor: string, to: string): void {
    const scale = this.#storeAffine(tensor);
    const q = `${prefix}${tensor}/q`;
    this.nodes.push(
      onnxNode('QuantizeLinear', [from, ...scale], [q]),
      onnxNode('DequantizeLinear', [q, ...scale], [to]),
    );
  }

  quantized({ node, output, inputs }: PlannedNode): void {
    const input = node.input.map((name, i) => (inputs.includes(i) ? (this.#converted.get(name) ?? name) : name));
    const raw = `${prefix}${output}/raw`;
    this.nodes.push(...this.#readWeights(node, input), copyMessage(NodeProtoSchema, node, { input, output: [raw] }));
    // What it makes has its old name again, for whoever reads it.
    this.#pair(raw, output, output);
  }

  /** Replaces weights and bias among `input` by their dequantized selves. */
  #readWeights(node: NodeProto, input: string[]): NodeProto[] {
    const [from = '', weightName = '', biasName = ''] = node.input;
    const tensor = this.#weights.get(weightName);
    const weights = tensor && floatsOfTensor(tensor);
    if (!weights || (node.opType !== 'Conv' && node.opType !== 'Gemm')) return [];
    const dims = tensor.dims.map(Number);
    const layout = layoutOf(node, dims);
    const { axis, channels } = layout;
    const { scale } = affineOf(this.#rangeOf(from));
    const measured = this.#calibration.means?.get(from);
    const means = measured?.length === layout.inputs ? measured : undefined;
    const stored = biasName === '' ? undefined : this.#weights.get(biasName);
    const bias = (stored && floatsOfTensor(stored)) ?? (means && new Float32Array(channels));
    const quantized = quantizeChannels(weights, {
      ...layout,
      ...(bias ? { leastScales: bias.map((b) => Math.abs(b) / (scale * largestBias)) } : {}),
    });
    const name = `${prefix}${node.output[0]}`;
    this.#store(onnxTensor(`${name}/weight`, 'int8', dims, quantized.data));
    this.#store(floats(`${name}/weight-scale`, [channels], quantized.scales));
    this.#store(onnxTensor(`${name}/weight-zero`, 'int8', [channels], new Int8Array(channels)));
    const parts = [`${name}/weight`, `${name}/weight-scale`, `${name}/weight-zero`];
    input[1] = `${name}/weight/as-float`;
    const nodes = [onnxNode('DequantizeLinear', parts, [input[1]], { axis })];
    if (bias) {
      const shifts = means && shiftOf(weights, quantized, { layout, means });
      const corrected = bias.map((b, channel) => b - (shifts?.[channel] ?? 0));
      input[2] = `${name}/bias/as-float`;
      nodes.push(
        this.#readBias(
          `${name}/bias`,
          corrected,
          quantized.scales.map((weightScale) => weightScale * scale),
        ),
      );
    }
    return nodes;
  }

  /** int32 in steps of input scale x weight scale, as the sums are that it is added to. */
  #readBias(name: string, bias: Float32Array, scales: Float32Array): NodeProto {
    const data = Int32Array.from(bias, (b, channel) => roundHalfEven(b / (scales[channel] as number)));
    this.#store(onnxTensor(name, 'int32', [bias.length], data));
    this.#store(floats(`${name}-scale`, [bias.length], scales));
    this.#store(onnxTensor(`${name}-zero`, 'int32', [bias.length], new Int32Array(bias.length)));
    return onnxNode('DequantizeLinear', [name, `${name}-scale`, `${name}-zero`], [`${name}/as-float`], { axis: 0 });
  }

  #storeAffine(tensor: string): [string, string] {
    const { scale, zeroPoint }: Affine = affineOf(this.#rangeOf(tensor));
    const name = `${prefix}${tensor}`;
    this.#store(floats(`${name}/scale`, [], [scale]));
    this.#store(onnxTensor(`${name}/zero`, 'uint8', [], Uint8Array.of(zeroPoint)));
    return [`${name}/scale`, `${name}/zero`];
  }

  #store(tensor: TensorProto): void {
    this.stored.set(tensor.name, tensor);
  }

  /** Whose numbers these are: movers do not change them. */
  #sourceOf(tensor: string): string {
    let name = tensor;
    for (let same = this.#plan.sameAs.get(name); same !== undefined; same = this.#plan.sameAs.get(name)) name = same;
    return name;
  }

  #rangeOf(tensor: string): Range {
    const name = this.#sourceOf(tensor);
    const range = this.#calibration.ranges.get(name);
    if (!range || !Number.isFinite(range.low) || !Number.isFinite(range.high))
      throw new OnnxError(`no range was measured for its tensor "${name}"`);
    return range;
  }
}

/** Room is left in 32 bits for the products it is added to. */
const largestBias = 2 ** 30;
