/** @file An ONNX image model -> a graph that can be trained: what it stores becomes parameters, what has no gradient stays a frozen model before it. */
import { ops } from '../../graph/ops.ts';
import type { Shape } from '../../graph/shape.ts';
import { input, type Value } from '../../graph/value.ts';
import { freeBatch, listInputs, listOutputs, opsetOf, pruneToOutputs } from '../edit-onnx.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { depthsOf, isMoving, type Narrowing, type Outline, outlineOf } from './outline.ts';
import { findRule } from './rules.ts';
import { type FrozenPart, measureFrozen } from './run-frozen.ts';
import { Refusal, Walk } from './walk.ts';

export interface ImportOptions {
  /** Pictures in a batch: shapes are static. */
  readonly batch: number;
  /** Of the picture, where the model leaves them open. */
  readonly heightPx: number;
  readonly widthPx: number;
  /** Tensor that holds the features; default the first output. */
  readonly output?: string;
  /**
   * `frozen`: batch normalization by the stored statistics, taken into the convolutions before it. `live`: by those of the batch, which the
   * stored ones follow. Default `frozen`.
   */
  readonly batchNorm?: 'frozen' | 'live';
  /** Before the names of parameters and buffers; default nothing. */
  readonly prefix?: string;
}

/** A stored tensor that is learned. */
export interface ImportedParameter {
  /** The prefix and the tensor; its input has `parameters/` before that. */
  readonly name: string;
  /** Its name in the model, which `replaceTensors` knows it by. */
  readonly tensor: string;
  readonly value: Value;
  /** What the model stores. */
  readonly initialize: () => Float32Array;
  /** Weights do; biases, normalizations, tokens and positions do not. */
  readonly decays: boolean;
  /** Position of its block, 0 for the first (`depthsOf`). */
  readonly depth: number;
}

/** A statistic of batch normalization. */
export interface ImportedBuffer {
  readonly name: string;
  readonly tensor: string;
  readonly value: Value;
  readonly initial: Float32Array;
  readonly next: Value;
}

export interface ImportedNetwork {
  /** Pixels, or what the frozen part gives; named `pixels`. */
  readonly input: Value;
  /** [N, D] */
  readonly features: Value;
  readonly parameters: readonly ImportedParameter[];
  readonly buffers: readonly ImportedBuffer[];
  readonly depthCount: number;
  /** The model up to where training begins; undefined where it begins with the pixels. */
  readonly frozen: OnnxModel | undefined;
  /** Sentences for the user: what stays frozen, and why. */
  readonly notices: readonly string[];
}

const oldestOpset = 7;

/**
 * Static shapes are inferred, sizes computed from shapes folded. From the last operator without a gradient on, the next tensor that
 * everything flows through is where training begins. Blocks the event loop where ONNX Runtime has to measure a frozen part. Throws
 * OnnxError.
 */
export async function importOnnx(model: OnnxModel, options: ImportOptions): Promise<ImportedNetwork> {
  const source = prepare(model, options);
  const refused = new Map<number, string>();
  for (const [index, node] of source.outline.nodes.entries())
    if (isMoving(node, source.outline.moving) && !findRule(node)) refused.set(index, 'it has no gradient here');
  for (;;) {
    try {
      return await importFrom(source, await findBeginning(source, refused), refused);
    } catch (error) {
      if (!(error instanceof Refusal) || refused.has(error.index)) throw error;
      refused.set(error.index, error.reason);
    }
  }
}

interface Source {
  readonly model: OnnxModel;
  readonly outline: Outline;
  readonly options: ImportOptions;
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly output: string;
}

function prepare(model: OnnxModel, options: ImportOptions): Source {
  const opset = opsetOf(model);
  if (opset < oldestOpset)
    throw new OnnxError(`it is written in operator set ${opset}; ${oldestOpset} is the oldest supported`);
  if (model.functions.length > 0) throw new OnnxError('it defines operators of its own');
  const output = options.output ?? listOutputs(model)[0]?.name ?? '';
  const pruned = freeBatch(pruneToOutputs(model, [output]));
  const [fed, ...others] = listInputs(pruned);
  if (!fed || others.length > 0) throw new OnnxError('it takes more than pictures');
  if (fed.elementType !== 1 || fed.dims?.length !== 4)
    throw new OnnxError(`its input "${fed.name}" is no float32 picture`);
  const sizes = [options.batch, 3, options.heightPx, options.widthPx];
  const shape = sizes.map((size, axis) => {
    const stated = fed.dims?.[axis];
    return axis > 0 && typeof stated === 'number' ? stated : size;
  });
  return {
    model: pruned,
    outline: outlineOf(pruned, fed.name, output),
    options,
    input: { name: fed.name, shape },
    output,
  };
}

/** Where the trainable part begins: after node `index`. */
interface Beginning {
  readonly index: number;
  readonly tensor: string;
  readonly shape: Shape;
  readonly frozen: FrozenPart | undefined;
}

/** The first narrowing behind every refused node whose tensor is float32. */
async function findBeginning(source: Source, refused: ReadonlyMap<number, string>): Promise<Beginning> {
  const { model, outline, input: pixels } = source;
  const last = Math.max(-1, ...refused.keys());
  if (last < 0) return { index: -1, tensor: pixels.name, shape: pixels.shape, frozen: undefined };
  for (const narrowing of outline.narrowings.filter(({ index }) => index >= last)) {
    const { index, tensor } = narrowing;
    const frozen = await measureFrozen(model, {
      tensor,
      sizes: listSizesBefore(outline, pixels.name, narrowing),
      input: pixels,
    });
    if (frozen) return { index, tensor, shape: frozen.shape, frozen };
  }
  throw new OnnxError(`its output "${source.output}" is not float32`);
}

/** Tensors of sizes of what the frozen part holds: the rest may ask for them. */
function listSizesBefore({ nodes, moving }: Outline, pixels: string, { index, tensor }: Narrowing): string[] {
  const before = nodes.slice(0, index + 1).filter((node) => isMoving(node, moving));
  const inside = new Set([pixels, ...before.flatMap((node) => node.output)]);
  inside.delete(tensor);
  return nodes
    .filter((node) => !isMoving(node, moving) && node.input.some((name) => inside.has(name)))
    .flatMap(({ output }) => output);
}

async function importFrom(
  source: Source,
  beginning: Beginning,
  refused: ReadonlyMap<number, string>,
): Promise<ImportedNetwork> {
  const { outline, output } = source;
  const x = input('pixels', beginning.shape);
  const known = new Map([[beginning.tensor, x], ...(beginning.frozen?.sizes ?? [])]);
  const walk = new Walk({
    model: source.model,
    outline,
    known,
    passed: beginning.frozen ? [beginning.tensor] : [],
    isBatchNormLive: source.options.batchNorm === 'live',
    prefix: source.options.prefix ?? '',
  });
  for (const [index, node] of outline.nodes.entries()) {
    const isBefore = index <= beginning.index && isMoving(node, outline.moving);
    if (!isBefore && !known.has(node.output[0] ?? '')) await walk.visit(index, node);
  }
  const { learned, buffers } = walk;
  const { depths, count } = depthsOf(
    outline.narrowings.filter(({ index }) => index > beginning.index),
    learned.map(({ place }) => place),
  );
  return {
    input: x,
    features: featuresOf(walk.get(output)),
    parameters: learned.map(({ place, ...parameter }, i) => ({
      ...parameter,
      decays: place.isWeight,
      depth: depths[i] as number,
    })),
    buffers: [...buffers].map(([tensor, { next, ...buffer }]) => ({ ...buffer, tensor, next: next ?? buffer.value })),
    depthCount: count,
    frozen: beginning.frozen?.model,
    notices: noticesOf(source, beginning, refused),
  };
}

/** [N, D] as it is read for heads: the first token of [N, T, D], everything of [N, D, 1, 1]. */
function featuresOf(y: Value): Value {
  const [batch, tokens, width] = y.shape;
  if (batch === undefined) throw new OnnxError('its output is one number');
  if (y.shape.length !== 3 || tokens === 1) return ops.reshape(y, [batch, -1]);
  return ops.reshape(ops.slice(y, { starts: [0], ends: [1], axes: [1] }), [batch, width as number]);
}

function noticesOf({ outline, output }: Source, beginning: Beginning, refused: ReadonlyMap<number, string>): string[] {
  const reasons = new Map([...refused].map(([index, reason]) => [(outline.nodes[index] as NodeProto).opType, reason]));
  const frozen = [...reasons].map(([opType, reason]) => `${opType} and all before it stay frozen: ${reason}.`);
  return beginning.tensor === output ? [...frozen, 'Nothing of the model is left to train.'] : frozen;
}
