/** @file ONNX Runtime behind one small shape: typed arrays in, typed arrays out. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { loadOnnxRuntime } from './load-onnx-runtime.ts';
import { listProviders, type Provider, ProviderError } from './providers.ts';

/** Data is row-major; `dims` multiply to its length. */
export type Tensor =
  | { type: 'float32'; dims: readonly number[]; data: Float32Array }
  | { type: 'int32'; dims: readonly number[]; data: Int32Array }
  | { type: 'int64'; dims: readonly number[]; data: BigInt64Array }
  | { type: 'uint8'; dims: readonly number[]; data: Uint8Array };

export type TensorElementType = Tensor['type'];

/** A float32 result that stays where it was computed, to be fed to the next run: WebGPU's memory, or the processor's own. */
export interface KeptTensor {
  readonly dims: readonly number[];
  /** A copy. */
  download(): Promise<Float32Array>;
  /** Of no use afterwards. */
  dispose(): void;
}

export interface SessionOptions {
  /** Threads inside an operator; default 1. */
  threads?: number;
  /** Let waiting threads spin: a little faster on a quiet machine, far slower on a busy one. Default false. */
  allowSpinning?: boolean;
  /** Lay all memory of a run out at once, from the second run on: a second copy of it, in exchange for fewer requests. Default true. */
  memoryPattern?: boolean;
  /** Where a model of bytes finds tensors that it says are in files beside it. For models that we have written so ourselves (refer-to-data.ts). */
  dataFolder?: string;
  /** Where to compute; what it has no operator for is computed by the processor. Default `cpu`. */
  provider?: Provider;
  /** The outputs that `run` gives when it is not told; default all of the model's. */
  outputs?: readonly string[];
  /** The outputs that `runKeeping` leaves on the device; default none. */
  kept?: readonly string[];
}

/** What the model says of an input or output. */
export interface TensorMetadata {
  name: string;
  /** ONNX Runtime's word, such as `float32`; `unknown` for what is no tensor. */
  type: string;
  /** Text where symbolic. */
  dims: readonly (number | string)[];
}

export interface RunOptions {
  /**
   * Written in place, and given back as the outputs of these names. Also a feed only where nothing reads the feed after the output is
   * written, whatever the order of operators (step/in-place.ts).
   */
  into?: Readonly<Record<string, Tensor>>;
}

export interface Session extends AsyncDisposable {
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Outputs by name; `fetch` names the ones wanted. Feeds are read, not copied. Blocks the event loop while it runs. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetch?: readonly string[],
    options?: RunOptions,
  ): Promise<Record<string, Tensor>>;
  /** As `run`, with feeds that were kept before; gives the outputs named by `kept` as such, all others as `results`. */
  runKeeping(
    feeds: Readonly<Record<string, Tensor | KeptTensor>>,
  ): Promise<{ results: Record<string, Tensor>; kept: Record<string, KeptTensor> }>;
}

/**
 * `model`: bytes, or the path of a file. Throws ProviderError, and what ONNX Runtime throws; open untrusted models in a child process, and parse them first
 * (read-onnx.ts): ONNX Runtime follows a model's paths to other files, relative to the model or the working directory.
 */
export async function openSession(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
  const ort = await loadOnnxRuntime();
  const settings: InferenceSession.SessionOptions = {
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    ...(options.provider && options.provider !== 'cpu' ? { executionProviders: [options.provider, 'cpu'] } : {}),
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableMemPattern: options.memoryPattern ?? true,
    logSeverityLevel: 4,
    extra: {
      session: {
        intra_op: { allow_spinning: options.allowSpinning === true ? '1' : '0' },
        ...(options.dataFolder === undefined
          ? {}
          : { model_external_initializers_file_folder_path: options.dataFolder }),
      },
    },
    ...(options.kept && options.provider === 'webgpu'
      ? { preferredOutputLocation: Object.fromEntries(options.kept.map((name) => [name, 'gpu-buffer'] as const)) }
      : {}),
  };
  const create = (): Promise<InferenceSession> =>
    typeof model === 'string'
      ? ort.InferenceSession.create(model, settings)
      : ort.InferenceSession.create(model, settings);
  const session = await withProvider(options.provider ?? 'cpu', create);
  const toOrt = ({ type, data, dims }: Tensor): OrtTensor => new ort.Tensor(type, data, dims);
  const outputNames = options.outputs ?? session.outputNames;
  const keptNames = new Set(options.kept);
  return {
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
    inputNames: session.inputNames,
    outputNames,
    async run(feeds, fetch = outputNames, { into = {} } = {}) {
      const fetches = fetch.map((name) => [name, into[name] ? toOrt(into[name]) : null]);
      const results = await session.run(mapValues(feeds, toOrt), Object.fromEntries(fetches));
      return Object.fromEntries(fetch.map((name) => [name, into[name] ?? fromOrt(name, results[name])]));
    },
    async runKeeping(feeds) {
      const given = mapValues(feeds, (feed) => (feed instanceof Kept ? feed.tensor : toOrt(feed as Tensor)));
      const results = await session.run(given);
      const names = [...session.outputNames];
      const pick = <Made>(isKept: boolean, make: (name: string) => Made): Record<string, Made> =>
        Object.fromEntries(names.filter((name) => keptNames.has(name) === isKept).map((name) => [name, make(name)]));
      return {
        results: pick(false, (name) => fromOrt(name, results[name])),
        kept: pick(true, (name) => new Kept(results[name] as OrtTensor)),
      };
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

class Kept implements KeptTensor {
  readonly tensor: OrtTensor;

  constructor(tensor: OrtTensor) {
    this.tensor = tensor;
  }

  get dims(): readonly number[] {
    return this.tensor.dims;
  }

  async download(): Promise<Float32Array> {
    return ((await this.tensor.getData()) as Float32Array).slice();
  }

  dispose(): void {
    this.tensor.dispose();
  }
}

/** A provider that is not there is told apart from a model that is wrong. */
async function withProvider<Made>(provider: Provider, create: () => Promise<Made>): Promise<Made> {
  if (provider === 'cpu') return await create();
  const available = await listProviders();
  if (!available.includes(provider)) throw new ProviderError(provider, available);
  try {
    return await create();
  } catch (cause) {
    if (/adapter|device|driver|gpu|shared library/i.test(String(cause)))
      throw new ProviderError(provider, available, { cause });
    throw cause;
  }
}

const describe = (metadata: InferenceSession.ValueMetadata): TensorMetadata =>
  metadata.isTensor
    ? { name: metadata.name, type: metadata.type, dims: metadata.shape }
    : { name: metadata.name, type: 'unknown', dims: [] };

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

const elementTypes: readonly string[] = ['float32', 'int32', 'int64', 'uint8'] satisfies TensorElementType[];

function fromOrt(name: string, tensor: OrtTensor | undefined): Tensor {
  if (!tensor) throw new Error(`output "${name}" is missing`);
  if (!elementTypes.includes(tensor.type))
    throw new Error(`output "${name}" is ${tensor.type}, not ${elementTypes.join(', ')}`);
  return { type: tensor.type, dims: tensor.dims, data: tensor.data } as Tensor;
}

/** The float32 data of a named output. Throws where there is none: a fault of ours, not of a user. */
export function floatsOf(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const tensor = outputs[name];
  if (tensor?.type !== 'float32') throw new Error(`output "${name}" is not float32`);
  return tensor.data;
}
