/** @file ONNX Runtime where the import needs numbers that it cannot compute: what a frozen part gives, and constants of other operators. */
import { create } from '@bufbuild/protobuf';
import { type Shape, sizeOf } from '../../graph/shape.ts';
import { constant, type Value } from '../../graph/value.ts';
import { openSession, type Tensor } from '../../runtime/session.ts';
import { onnxModel, onnxTensor } from '../build-onnx.ts';
import { copyMessage } from '../copy-message.ts';
import { graphOf, pruneToOutputs } from '../edit-onnx.ts';
import { ModelProtoSchema, type NodeProto, ValueInfoProtoSchema } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';

export interface FrozenPart {
  readonly model: OnnxModel;
  /** Of the tensor it gives. */
  readonly shape: Shape;
  /** Sizes that the rest asks for, by the name of the tensor that holds them. */
  readonly sizes: ReadonlyMap<string, Value>;
}

export interface FrozenRequest {
  /** Tensor where it ends. */
  readonly tensor: string;
  /** Tensors of sizes. */
  readonly sizes: readonly string[];
  readonly input: { readonly name: string; readonly shape: Shape };
}

/** Runs the model up to a tensor on a black picture; undefined where that is no float32. Throws OnnxError. */
export async function measureFrozen(model: OnnxModel, request: FrozenRequest): Promise<FrozenPart | undefined> {
  const { tensor, sizes, input } = request;
  const measured = pruneToOutputs(model, [tensor, ...sizes]);
  const dims = input.shape;
  const data = new Float32Array(sizeOf(dims));
  const results = await runModel(measured, { [input.name]: { type: 'float32', dims, data } });
  const result = results[tensor];
  if (result?.type !== 'float32') return undefined;
  return {
    model: pruneToOutputs(model, [tensor]),
    shape: result.dims,
    sizes: new Map(sizes.map((name) => [name, constantOf(results[name] as Tensor)])),
  };
}

/** The outputs of a node that depends on constants and stored tensors alone. Throws OnnxError. */
export async function runConstant(
  model: OnnxModel,
  node: NodeProto,
  values: ReadonlyMap<string, Value>,
): Promise<Value[]> {
  const stored = new Map(graphOf(model).initializer.map((tensor) => [tensor.name, tensor]));
  const initializers = [...new Set(node.input)]
    .filter((name) => name !== '')
    .map((name) => {
      const tensor = stored.get(name);
      const origin = values.get(name)?.origin;
      if (tensor) return tensor;
      if (origin?.kind !== 'constant')
        throw new OnnxError(`its ${node.opType} changes what is learned, and has no gradient here`);
      const { type, shape } = values.get(name) as Value;
      return onnxTensor(name, type, shape, origin.data);
    });
  const names = node.output.filter((name) => name !== '');
  const single = onnxModel({ name: 'constant', inputs: [], outputs: [], nodes: [node], initializers });
  graphOf(single).output.push(...names.map((name) => create(ValueInfoProtoSchema, { name })));
  const { irVersion, opsetImport } = model;
  const results = await runModel(copyMessage(ModelProtoSchema, single, { irVersion, opsetImport }), {});
  return node.output.flatMap((name) => (results[name] ? [constantOf(results[name])] : []));
}

async function runModel(model: OnnxModel, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  try {
    await using session = await openSession(renderOnnx(model));
    return await session.run(feeds);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').slice(0, 200) : String(cause);
    throw new OnnxError(`ONNX Runtime does not run it: ${reason}`, { cause });
  }
}

function constantOf({ type, data, dims }: Tensor): Value {
  if (type === 'float32' || type === 'int64') return constant(data, dims);
  return constant(BigInt64Array.from(data as ArrayLike<number> & Iterable<number>, BigInt), dims);
}
