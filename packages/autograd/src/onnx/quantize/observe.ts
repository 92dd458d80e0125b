/** @file A network watched while it answers: the ranges of its tensors, then how their numbers are spread. */
import { create } from '@bufbuild/protobuf';
import { openSession, type Session, type Tensor } from '../../runtime/session.ts';
import { copyMessage } from '../copy-message.ts';
import { graphOf } from '../edit-onnx.ts';
import { GraphProtoSchema, ModelProtoSchema, ValueInfoProtoSchema } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import type { Range } from './affine.ts';
import { emptyRange, joinRanges, rangeOf, type Spread, SpreadCounter } from './ranges.ts';

export interface Observer extends AsyncDisposable {
  /** Range of every tensor over these inputs. Throws OnnxError where one is not finite. */
  measureRanges(inputs: Iterable<Tensor>): Promise<Map<string, Range>>;
  /** Spread over these ranges. */
  measureSpreads(inputs: Iterable<Tensor>, ranges: ReadonlyMap<string, Range>): Promise<Map<string, Spread>>;
}

/** `tensors` of a model with one input; that input may be among them. */
export async function openObserver(
  model: OnnxModel,
  { tensors, input }: { tensors: readonly string[]; input: string },
): Promise<Observer> {
  const inner = tensors.filter((name) => name !== input);
  const session = await openSession(renderOnnx(withOutputs(model, inner)));
  return {
    async measureRanges(inputs) {
      const ranges = new Map(tensors.map((name) => [name, emptyRange]));
      await runAll(session, { inputs, input, inner }, (name, values) => {
        const range = rangeOf(values);
        if (!Number.isFinite(range.low) || !Number.isFinite(range.high))
          throw new OnnxError(`its tensor "${name}" is not finite for one of the pictures`);
        if (ranges.has(name)) ranges.set(name, joinRanges(ranges.get(name) as Range, range));
      });
      return ranges;
    },
    async measureSpreads(inputs, ranges) {
      const counters = new Map(tensors.map((name) => [name, new SpreadCounter(ranges.get(name) ?? emptyRange)]));
      await runAll(session, { inputs, input, inner }, (name, values, dims) => counters.get(name)?.add(values, dims));
      return new Map([...counters].map(([name, counter]) => [name, counter.read()]));
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

interface Watched {
  inputs: Iterable<Tensor>;
  input: string;
  inner: readonly string[];
}

async function runAll(
  session: Session,
  { inputs, input, inner }: Watched,
  see: (name: string, values: Float32Array, dims: readonly number[]) => void,
): Promise<void> {
  for (const tensor of inputs) {
    const outputs: Record<string, Tensor> = { ...(await session.run({ [input]: tensor }, inner)), [input]: tensor };
    for (const [name, { type, data, dims }] of Object.entries(outputs)) {
      if (type !== 'float32') throw new OnnxError(`its tensor "${name}" is ${type}`);
      see(name, data, dims);
    }
  }
}

/** An output without a type gets the one that the runtime infers. */
function withOutputs(model: OnnxModel, names: readonly string[]): OnnxModel {
  return copyMessage(ModelProtoSchema, model, {
    graph: copyMessage(GraphProtoSchema, graphOf(model), {
      output: names.map((name) => create(ValueInfoProtoSchema, { name })),
      valueInfo: [],
    }),
  });
}
