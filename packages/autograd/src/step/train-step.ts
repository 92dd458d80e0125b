/** @file A train step ready to run: one ONNX session, and the tensors that it changes. */
import { sizeOf } from '../graph/shape.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { drawMask } from '../nn/masks.ts';
import { type Network, pixelsName } from '../nn/network.ts';
import type { Provider } from '../runtime/providers.ts';
import { buildStep, type StepSpec, targetsName } from './build-step.ts';
import { KeptState } from './kept-state.ts';
import { computeMemoryPlan, type MemoryPlan } from './memory-plan.ts';
import { type Feeds, type OpenGraph, openGraphs, type Results, tensorOf } from './open-graphs.ts';
import type { State } from './state.ts';
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
