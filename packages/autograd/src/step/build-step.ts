/** @file From a network to the graph of one train step: forward, loss, backward, and the next value of everything that changes. */
import { computeGradients } from '../graph/gradient.ts';
import { softmaxCrossEntropy } from '../graph/losses.ts';
import { ops } from '../graph/ops.ts';
import { input, scalar, type Value } from '../graph/value.ts';
import type { Network, Parameter } from '../nn/network.ts';
import { computeClipScale, computeNorm, isFiniteScalar } from '../optimize/gradient-norm.ts';
import type { OptimizerRecord } from '../optimize/optimizer.ts';

export interface StepSpec {
  /** Built in training mode; its batch is the step's. */
  readonly network: Network;
  readonly optimizer: OptimizerRecord;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Share of every target spread evenly over the classes (https://arxiv.org/abs/1512.00567, section 7); default 0. */
  readonly labelSmoothing?: number;
  /** Gradients are scaled down so that together they are not longer. Default unlimited. */
  readonly clipNorm?: number;
  /** Keep a running average of the parameters: ema' = decay ema + (1 - decay) p'. */
  readonly ema?: { readonly decay: number };
  /** An update takes the mean gradient of so many runs; default 1. */
  readonly accumulate?: number;
  /** Frozen parameters get no backward operators. Default all. */
  readonly isTrainable?: (parameter: Parameter) => boolean;
  /**
   * The loss is multiplied by it before gradients are taken, for providers that compute in float16. With it, an update whose gradients
   * are not finite changes nothing. Default none.
   */
  readonly lossScale?: number;
  /** Factor of the learning rate, as for layer-wise decay; default 1. */
  readonly learningRateScale?: (parameter: Parameter) => number;
}

/** A tensor that outlives the step: fed as the input of its name, replaced by `next`. */
export interface Slot {
  readonly name: string;
  readonly value: Value;
  /** Undefined where the step leaves it as it is. */
  readonly next: Value | undefined;
}

export interface StepGraph {
  /** Scalars given by every run of this graph. */
  readonly results: Readonly<Record<string, Value>>;
  readonly slots: readonly Slot[];
  /** Names of scalar inputs. */
  readonly scalars: readonly string[];
}

export interface StepGraphs {
  /** Without accumulation the whole step; with it forward, backward and the sum of gradients. */
  readonly step: StepGraph;
  /** With accumulation: from the sum of gradients to new parameters. */
  readonly update?: StepGraph;
}

export const targetsName = 'targets';

type Trained = readonly { readonly parameter: Parameter; readonly gradient: Value }[];

export function buildStep(spec: StepSpec): StepGraphs {
  const { network, accumulate = 1, lossScale = 1, isTrainable = () => true } = spec;
  const { loss, correct } = buildLoss(spec);
  const parameters = network.parameters.filter(isTrainable);
  const scaled = lossScale === 1 ? loss : ops.mul(loss, scalar(lossScale));
  const gradients = computeGradients(
    scaled,
    parameters.map(({ value }) => value),
  );
  const trained = parameters.map((parameter, i) => ({ parameter, gradient: gradients[i] as Value }));
  const buffers: Slot[] = network.buffers.map(({ name, value, next }) => ({
    name: `buffers/${name}`,
    value,
    next: next === value ? undefined : next,
  }));
  const frozen: Slot[] = network.parameters
    .filter((parameter) => !isTrainable(parameter))
    .map(({ name, value }) => ({ name: `parameters/${name}`, value, next: undefined }));

  if (accumulate === 1) {
    const update = buildUpdate(spec, trained);
    return {
      step: {
        results: { loss, correct, ...update.results },
        slots: [...update.slots, ...buffers, ...frozen],
        scalars: update.scalars,
      },
    };
  }
  const isFirst = input('isFirst', []);
  const sums = trained.map(({ parameter, gradient }) => {
    const value = input(`gradients/${parameter.name}`, gradient.shape);
    const sofar = ops.where(ops.greater(isFirst, scalar(0)), scalar(0), value);
    return { parameter, value, next: ops.add(sofar, gradient) };
  });
  const update = buildUpdate(
    spec,
    sums.map(({ parameter, value }) => ({ parameter, gradient: value })),
  );
  return {
    step: {
      results: { loss, correct },
      slots: [
        ...sums.map(({ parameter, value, next }) => ({ name: `gradients/${parameter.name}`, value, next })),
        ...trained.map(({ parameter }) => held(`parameters/${parameter.name}`, parameter.value)),
        ...buffers,
        ...frozen,
      ],
      scalars: ['isFirst'],
    },
    update: {
      ...update,
      slots: [...update.slots, ...sums.map(({ parameter, value }) => held(`gradients/${parameter.name}`, value))],
    },
  };
}

const held = (name: string, value: Value): Slot => ({ name, value, next: undefined });

/** Mean cross-entropy of the batch, and how many pictures get the class that their target favors. */
function buildLoss({ network: { logits }, labelSmoothing = 0 }: StepSpec): { loss: Value; correct: Value } {
  const classCount = logits.shape.at(-1) as number;
  const targets = input(targetsName, logits.shape);
  const smoothed =
    labelSmoothing === 0
      ? targets
      : ops.add(ops.mul(targets, scalar(1 - labelSmoothing)), scalar(labelSmoothing / classCount));
  const isLargest = (x: Value): Value => {
    const isMax = ops.equal(x, ops.reduceMax(x, { axes: [-1], keepDims: true }));
    return ops.where(isMax, scalar(1), scalar(0));
  };
  const hits = ops.reduceMax(ops.mul(isLargest(logits), isLargest(targets)), { axes: [-1] });
  return { loss: ops.reduceMean(softmaxCrossEntropy(logits, smoothed)), correct: ops.reduceSum(hits) };
}

/**
 * Everything that a parameter's update needs passes through `rate`, which waits for the norm of all gradients: when the first
 * parameter is written, nothing reads a parameter any more, so that it may be written in place.
 */
function buildUpdate(spec: StepSpec, trained: Trained): StepGraph {
  const { optimizer, weightDecay = 0, clipNorm, ema, accumulate = 1, lossScale = 1 } = spec;
  const rate = input('learningRate', []);
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(1)).map((name) => [name, input(name, [])]));
  const perLoss = 1 / (lossScale * accumulate);
  const length = computeNorm(trained.map(({ gradient }) => gradient));
  const gradientNorm = perLoss === 1 ? length : ops.mul(length, scalar(perLoss));
  const clip = clipNorm === undefined ? undefined : computeClipScale(gradientNorm, clipNorm);
  const gradientScale = multiply(clip, perLoss);
  const isFinite = isFiniteScalar(gradientNorm);
  const usable = ops.where(isFinite, rate, scalar(0));
  const keepIfBroken = (next: Value, value: Value): Value =>
    spec.lossScale === undefined ? next : ops.where(isFinite, next, value);

  const slots = trained.flatMap(({ parameter, gradient }): Slot[] => {
    const { name, value, decays } = parameter;
    const kept = Object.fromEntries(optimizer.slots.map((slot) => [slot, input(`${slot}/${name}`, value.shape)]));
    const next = optimizer.update({
      parameter: value,
      gradient,
      gradientScale,
      slots: kept,
      scalars,
      learningRate: multiply(usable, spec.learningRateScale?.(parameter) ?? 1) as Value,
      weightDecay: decays ? weightDecay : 0,
    });
    const updated = keepIfBroken(next.parameter, value);
    const average = ema && input(`ema/${name}`, value.shape);
    return [
      ...Object.entries(kept).map(([slot, now]) => ({
        name: `${slot}/${name}`,
        value: now,
        next: keepIfBroken(next.slots[slot] as Value, now),
      })),
      { name: `parameters/${name}`, value, next: updated },
      ...(average ? [{ name: `ema/${name}`, value: average, next: followed(average, updated, ema.decay) }] : []),
    ];
  });
  return { results: { gradientNorm }, slots, scalars: ['learningRate', ...Object.keys(scalars)] };
}

/** decay a + (1 - decay) p */
const followed = (a: Value, p: Value, decay: number): Value =>
  ops.add(ops.mul(a, scalar(decay)), ops.mul(p, scalar(1 - decay)));

/** No node where nothing is multiplied. */
function multiply(value: Value | undefined, factor: number): Value | undefined {
  if (factor === 1) return value;
  return value ? ops.mul(value, scalar(factor)) : scalar(factor);
}
