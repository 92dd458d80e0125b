/** @file A train step ready to run: one ONNX session, and the tensors that it changes. */
import { emitOnnx } from '../graph/emit.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Value } from '../graph/value.ts';
import { chooseLowering } from '../lowering/choose-lowering.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { drawMask } from '../nn/masks.ts';
import { type Network, pixelsName } from '../nn/network.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import type { Provider } from '../runtime/providers.ts';
import { floatsOf, type KeptTensor, openSession, type SessionOptions, type Tensor } from '../runtime/session.ts';
import { buildStep, type Slot, type StepGraph, type StepSpec, targetsName } from './build-step.ts';
import { listInPlace } from './in-place.ts';
import { computeMemoryPlan, type MemoryPlan } from './memory-plan.ts';
import type { State, StateTensor } from './state.ts';
import { createStepState } from './step-state.ts';

export interface TrainStepOptions {
  /** Of the parameters at the start; default 0. */
  readonly seed?: number;
  /** Default `cpu`. */
  readonly provider?: Provider;
  /** Threads inside an operator; default 1. */
  readonly threads?: number;
  /** Default false. */
  readonly allowSpinning?: boolean;
  /** How operators are written; default what suits the provider on this machine. */
  readonly lowering?: Lowering;
  /**
   * What the training changes stays on the device from step to step, and comes back when it is asked for; without accumulation only.
   * Default true on `webgpu`, where the way there and back costs more than the step.
   */
  readonly isStateKept?: boolean;
}

export interface TrainBatch {
  /** [N, 3, H, W], normalized */
  readonly x: Float32Array;
  /** [N, K], rows of probabilities, soft or one-hot */
  readonly targets: Float32Array;
}

export interface StepSettings {
  readonly learningRate: number;
  /** Of dropout and stochastic depth; a new one for every run. */
  readonly maskSeed: number;
}

export interface StepResult {
  /** Mean over the batch, before the update; NaN or infinite where the training has broken. */
  readonly loss: number;
  /** Length of all gradients together, before clipping; undefined for a run that only accumulates. */
  readonly gradientNorm: number | undefined;
  /** Pictures whose most probable class is the one that their target favors. */
  readonly correct: number;
}

export interface TrainStep extends AsyncDisposable {
  readonly memory: MemoryPlan;
  /** Updates so far. */
  readonly stepCount: number;
  /** Throws RangeError where the batch has another size. After any other error the state is half written: open another step. */
  run(batch: TrainBatch, settings: StepSettings): Promise<StepResult>;
  /** A copy of everything that the training has learned. */
  read(): Promise<State>;
  /** The tensors themselves, changed by the next run: to be written to disk without a second copy in memory. */
  view(): Promise<State>;
  /** Takes the tensors named in `state` and keeps the others; a new parameter is its own average. Throws RangeError. */
  write(state: State): Promise<void>;
}

/** Parameters begin as their initializers and the seed say: the same seed gives the same training, bit for bit. */
export async function openTrainStep(spec: StepSpec, options: TrainStepOptions = {}): Promise<TrainStep> {
  const { network, optimizer, accumulate = 1 } = spec;
  const graphs = buildStep(spec);
  const all = [graphs.step, ...(graphs.update ? [graphs.update] : [])];
  const { tensors, counts, ...state } = createStepState(spec, all, options.seed ?? 0);
  const { isStateKept = options.provider === 'webgpu' } = options;
  const kept = isStateKept && all.length === 1 ? new KeptState(tensors) : undefined;
  const [step, update] = await openGraphs(all, tensors, { ...options, kept });
  const feedsOf = createFeeds(network);

  const runUpdate = async (graph: OpenGraph, learningRate: number, batch: Feeds): Promise<Results> => {
    const results = await graph.run(batch, { learningRate, ...optimizer.scalars(counts.step + 1) });
    const isSkipped = spec.lossScale !== undefined && !Number.isFinite(results['gradientNorm']);
    if (!isSkipped) counts.step++;
    return results;
  };

  return {
    async read() {
      await kept?.download();
      return state.read();
    },
    async view() {
      await kept?.download();
      return state.view();
    },
    async write(changes) {
      await kept?.download();
      kept?.forget();
      state.write(changes);
    },
    memory: computeMemoryPlan(all),
    get stepCount() {
      return counts.step;
    },
    async run(batch, { learningRate, maskSeed }) {
      const feeds = feedsOf(batch, maskSeed);
      if (!update) {
        const { loss, correct, gradientNorm } = await runUpdate(step, learningRate, feeds);
        return { loss: loss as number, correct: correct as number, gradientNorm };
      }
      const { loss, correct } = await step.run(feeds, { isFirst: counts.accumulated === 0 ? 1 : 0 });
      counts.accumulated = (counts.accumulated + 1) % accumulate;
      const updated = counts.accumulated === 0 ? await runUpdate(update, learningRate, {}) : {};
      return { loss: loss as number, correct: correct as number, gradientNorm: updated['gradientNorm'] };
    },
    async [Symbol.asyncDispose]() {
      kept?.forget();
      for (const graph of [step, update]) await graph?.[Symbol.asyncDispose]();
    },
  };
}

/** The newest values of what changes, on the device. */
class KeptState {
  readonly #host: ReadonlyMap<string, StateTensor>;
  readonly #device = new Map<string, KeptTensor>();
  #isHostOld = false;

  constructor(host: ReadonlyMap<string, StateTensor>) {
    this.#host = host;
  }

  get(name: string): KeptTensor | undefined {
    return this.#device.get(name);
  }

  /** Those before are gone. */
  replace(name: string, tensor: KeptTensor): void {
    this.#device.get(name)?.dispose();
    this.#device.set(name, tensor);
    this.#isHostOld = true;
  }

  async download(): Promise<void> {
    if (!this.#isHostOld) return;
    for (const [name, tensor] of this.#device) this.#host.get(name)?.data.set(await tensor.download());
    this.#isHostOld = false;
  }

  /** The next run begins from the host's. */
  forget(): void {
    for (const tensor of this.#device.values()) tensor.dispose();
    this.#device.clear();
  }
}

type Feeds = Readonly<Record<string, Tensor>>;
type Results = Readonly<Record<string, number>>;
interface OpenGraph extends AsyncDisposable {
  run(feeds: Feeds, scalars: Readonly<Record<string, number>>): Promise<Results>;
}

const tensorOf = ({ shape }: Value, data: Float32Array): Tensor => {
  if (data.length !== sizeOf(shape)) throw new RangeError(`${data.length} numbers where [${shape}] is expected`);
  return { type: 'float32', dims: shape, data };
};

/** Masks are drawn into arrays that are kept. Throws RangeError where the batch has another size. */
function createFeeds({ input, logits, masks }: Network): (batch: TrainBatch, maskSeed: number) => Feeds {
  const kept = masks.map((mask) => ({ mask, data: new Float32Array(sizeOf(mask.value.shape)) }));
  return ({ x, targets }, maskSeed) => ({
    [pixelsName]: tensorOf(input, x),
    [targetsName]: tensorOf(logits, targets),
    ...Object.fromEntries(
      kept.map(({ mask, data }) => [`masks/${mask.name}`, tensorOf(mask.value, drawMask(mask, maskSeed, data))]),
    ),
  });
}

type GraphOptions = TrainStepOptions & { readonly kept: KeptState | undefined };

/** One after the other; where one cannot be opened, those before it are closed. */
async function openGraphs(
  graphs: readonly StepGraph[],
  tensors: Map<string, StateTensor>,
  options: GraphOptions,
): Promise<[OpenGraph, OpenGraph | undefined]> {
  const opened: OpenGraph[] = [];
  try {
    for (const graph of graphs) opened.push(await openGraph(graph, tensors, options));
  } catch (cause) {
    for (const graph of opened) await graph[Symbol.asyncDispose]();
    throw cause;
  }
  return opened as [OpenGraph, OpenGraph | undefined];
}

const isChanging = (slot: Slot): slot is Slot & { next: Value } => slot.next !== undefined;

const scalarFeed = (value: number): Tensor => ({ type: 'float32', dims: [], data: Float32Array.of(value) });

/** The graph as a session that reads and writes `tensors`, or what is kept of them on the device. */
async function openGraph(
  graph: StepGraph,
  tensors: Map<string, StateTensor>,
  options: GraphOptions,
): Promise<OpenGraph> {
  const next = graph.slots.filter(isChanging).map((slot) => [`next/${slot.name}`, slot.next] as const);
  const outputs = { ...graph.results, ...Object.fromEntries(next) };
  const { provider = 'cpu', threads = 1, allowSpinning = false, kept } = options;
  const lowering = options.lowering ?? (await chooseLowering({ provider }));
  const model = renderOnnx(emitOnnx(outputs, { name: 'train-step', lowering }));
  const settings = { provider, threads, allowSpinning, memoryPattern: false };
  const feedsOf = (feeds: Feeds, scalars: Readonly<Record<string, number>>): Record<string, Tensor> => ({
    ...feeds,
    ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalarFeed(value)])),
    ...Object.fromEntries(
      graph.slots.map(({ name, value }) => [name, tensorOf(value, (tensors.get(name) as StateTensor).data)]),
    ),
  });
  const run = kept
    ? await openKeeping(graph, kept, { model, settings, feedsOf })
    : await openInPlace(graph, tensors, { model, settings, feedsOf, outputs });
  return {
    run: async (feeds, scalars) => {
      const results = await run.run(feeds, scalars);
      return Object.fromEntries(Object.keys(graph.results).map((name) => [name, floatsOf(results, name)[0] as number]));
    },
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}

interface Opening {
  readonly model: Uint8Array;
  readonly settings: SessionOptions;
  readonly feedsOf: (feeds: Feeds, scalars: Readonly<Record<string, number>>) => Record<string, Tensor>;
}
interface OpenRun extends AsyncDisposable {
  run(feeds: Feeds, scalars: Readonly<Record<string, number>>): Promise<Record<string, Tensor>>;
}

const only = <T>(record: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));

/** In place where that is safe, else into a second buffer that then takes the first one's part. */
async function openInPlace(
  graph: StepGraph,
  tensors: Map<string, StateTensor>,
  { model, settings, feedsOf, outputs }: Opening & { outputs: Readonly<Record<string, Value>> },
): Promise<OpenRun> {
  const changing = graph.slots.filter(isChanging);
  const inPlace = listInPlace(Object.values(outputs), graph.slots);
  const spare = new Map<string, Float32Array>(
    changing
      .filter(({ name }) => !inPlace.has(name))
      .map(({ name, value }) => [name, new Float32Array(sizeOf(value.shape))]),
  );
  const session = await openSession(model, settings);
  const names = new Set(session.inputNames);
  return {
    async run(feeds, scalars) {
      const into = Object.fromEntries(
        changing.map(({ name, value }): [string, Tensor] => {
          const data = spare.get(name) ?? (tensors.get(name) as StateTensor).data;
          return [`next/${name}`, { type: 'float32', dims: value.shape, data }];
        }),
      );
      const results = await session.run(only(feedsOf(feeds, scalars), names), Object.keys(outputs), { into });
      for (const [name, written] of spare) {
        const { shape, data } = tensors.get(name) as StateTensor;
        tensors.set(name, { shape, data: written });
        spare.set(name, data);
      }
      return results;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** What changes is uploaded once, and stays on the device until it is asked for. */
async function openKeeping(graph: StepGraph, kept: KeptState, { model, settings, feedsOf }: Opening): Promise<OpenRun> {
  const changing = graph.slots.filter(isChanging).map(({ name }) => name);
  const session = await openSession(model, { ...settings, kept: changing.map((name) => `next/${name}`) });
  const names = new Set(session.inputNames);
  return {
    async run(feeds, scalars) {
      const given: Record<string, Tensor | KeptTensor> = feedsOf(feeds, scalars);
      for (const name of changing) given[name] = kept.get(name) ?? (given[name] as Tensor);
      const { results, kept: newest } = await session.runKeeping(only(given, names));
      for (const name of changing) kept.replace(name, newest[`next/${name}`] as KeptTensor);
      return results;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
