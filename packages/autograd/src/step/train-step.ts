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
import { floatsOf, openSession, type Session, type Tensor } from '../runtime/session.ts';
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
  read(): State;
  /** The tensors themselves, changed by the next run: to be written to disk without a second copy in memory. */
  view(): State;
  /** Takes the tensors named in `state` and keeps the others; a new parameter is its own average. Throws RangeError. */
  write(state: State): void;
}

/** Parameters begin as their initializers and the seed say: the same seed gives the same training, bit for bit. */
export async function openTrainStep(spec: StepSpec, options: TrainStepOptions = {}): Promise<TrainStep> {
  const { network, optimizer, accumulate = 1 } = spec;
  const graphs = buildStep(spec);
  const all = [graphs.step, ...(graphs.update ? [graphs.update] : [])];
  const { tensors, counts, ...access } = createStepState(spec, all, options.seed ?? 0);
  const [step, update] = await openGraphs(all, tensors, options);
  const feedsOf = createFeeds(network);

  const runUpdate = async (graph: OpenGraph, learningRate: number, batch: Feeds): Promise<Results> => {
    const results = await graph.run(batch, { learningRate, ...optimizer.scalars(counts.step + 1) });
    const isSkipped = spec.lossScale !== undefined && !Number.isFinite(results['gradientNorm']);
    if (!isSkipped) counts.step++;
    return results;
  };

  return {
    ...access,
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
      for (const graph of [step, update]) await graph?.[Symbol.asyncDispose]();
    },
  };
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

/** One after the other; where one cannot be opened, those before it are closed. */
async function openGraphs(
  graphs: readonly StepGraph[],
  tensors: Map<string, StateTensor>,
  options: TrainStepOptions,
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

/**
 * The graph as a session that reads and writes `tensors`: in place where that is safe, else into a second buffer that then takes the
 * first one's part.
 */
async function openGraph(
  graph: StepGraph,
  tensors: Map<string, StateTensor>,
  options: TrainStepOptions,
): Promise<OpenGraph> {
  const changing = graph.slots.filter((slot): slot is Slot & { next: Value } => slot.next !== undefined);
  const outputs = { ...graph.results, ...Object.fromEntries(changing.map(({ name, next }) => [`next/${name}`, next])) };
  const inPlace = listInPlace(Object.values(outputs), graph.slots);
  const spare = new Map<string, Float32Array>(
    changing
      .filter(({ name }) => !inPlace.has(name))
      .map(({ name, value }) => [name, new Float32Array(sizeOf(value.shape))]),
  );
  const lowering = options.lowering ?? (await chooseLowering({ provider: options.provider ?? 'cpu' }));
  const session: Session = await openSession(renderOnnx(emitOnnx(outputs, { name: 'train-step', lowering })), {
    provider: options.provider ?? 'cpu',
    threads: options.threads ?? 1,
    allowSpinning: options.allowSpinning ?? false,
    memoryPattern: false,
  });
  const names = new Set(session.inputNames);
  const scalarShape = { shape: [] };

  return {
    async run(feeds, scalars) {
      const all: Record<string, Tensor> = { ...feeds };
      const into: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(scalars))
        all[name] = { type: 'float32', dims: scalarShape.shape, data: Float32Array.of(value) };
      for (const { name, value } of graph.slots)
        all[name] = { type: 'float32', dims: value.shape, data: (tensors.get(name) as StateTensor).data };
      for (const { name, value } of changing) {
        const data = spare.get(name) ?? (tensors.get(name) as StateTensor).data;
        into[`next/${name}`] = { type: 'float32', dims: value.shape, data };
      }
      const used = Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
      const results = await session.run(used, Object.keys(outputs), { into });
      for (const [name, written] of spare) {
        const { shape, data } = tensors.get(name) as StateTensor;
        tensors.set(name, { shape, data: written });
        spare.set(name, data);
      }
      return Object.fromEntries(Object.keys(graph.results).map((name) => [name, floatsOf(results, name)[0] as number]));
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
