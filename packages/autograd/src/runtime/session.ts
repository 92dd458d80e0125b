/** @file ONNX Runtime behind one small shape: typed arrays in, typed arrays out. The only place that imports it, and only when used. */
import type { InferenceSession } from 'onnxruntime-node';

/** Data is row-major; `dims` multiply to its length. */
export type Tensor =
  | { type: 'float32'; dims: readonly number[]; data: Float32Array }
  | { type: 'int32'; dims: readonly number[]; data: Int32Array }
  | { type: 'int64'; dims: readonly number[]; data: BigInt64Array }
  | { type: 'uint8'; dims: readonly number[]; data: Uint8Array };

export interface SessionOptions {
  /** Threads inside an operator; default 1. */
  threads?: number;
  /** Let waiting threads spin: a little faster on a quiet machine, far slower on a busy one. Default false. */
  allowSpinning?: boolean;
}

export interface Session extends AsyncDisposable {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Outputs by name; `fetch` names the ones wanted, by default all. Blocks the event loop while it runs. */
  run(feeds: Readonly<Record<string, Tensor>>, fetch?: readonly string[]): Promise<Record<string, Tensor>>;
}

/** `model`: bytes, or the path of a file. Throws what ONNX Runtime throws; open untrusted models in a child process. */
export async function openSession(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
  const ort = await import('onnxruntime-node');
  const settings: InferenceSession.SessionOptions = {
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: options.allowSpinning === true ? '1' : '0' } } },
  };
  const session =
    typeof model === 'string'
      ? await ort.InferenceSession.create(model, settings)
      : await ort.InferenceSession.create(model, settings);
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, fetch) {
      const values = Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [name, new ort.Tensor(tensor.type, tensor.data, tensor.dims)]),
      );
      const results = fetch ? await session.run(values, [...fetch]) : await session.run(values);
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [
          name,
          { type: tensor.type, dims: tensor.dims, data: tensor.data } as Tensor,
        ]),
      );
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

/** The float32 data of a named output. Throws where there is none: a fault of ours, not of a user. */
export function floatsOf(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const tensor = outputs[name];
  if (tensor?.type !== 'float32') throw new Error(`output "${name}" is not float32`);
  return tensor.data;
}
