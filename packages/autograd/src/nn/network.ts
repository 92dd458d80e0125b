/** @file A network: a graph from pixels to logits, and everything in it that is not computed from the pixels. */
import type { Shape } from '../graph/shape.ts';
import { input, type Value } from '../graph/value.ts';
import type { Random } from '../random.ts';
import { createScope, type Scope } from './scope.ts';

/** Evaluation graphs have `training: false`. A frozen batch norm uses its running statistics and leaves them as they are. */
export interface Mode {
  readonly training: boolean;
  readonly frozenBatchNorm: boolean;
}

export const evaluationMode: Mode = Object.freeze({ training: false, frozenBatchNorm: true });
export const trainingMode: Mode = Object.freeze({ training: true, frozenBatchNorm: false });

/** Learned by steps. Its input is named `parameters/NAME`. */
export interface Parameter {
  /** Dotted, as in PyTorch: `blocks.0.attn.qkv.weight`. */
  readonly name: string;
  readonly value: Value;
  readonly initialize: (random: Random) => Float32Array;
  /** Whether weight decay applies: to weights, not to biases, norms, class tokens and positions. */
  readonly decays: boolean;
  /** 0 for the stem, then blocks in order, and the head last. */
  readonly depth: number;
}

/** State that is not learned but followed, such as a running mean. Its input is named `buffers/NAME`. */
export interface Buffer {
  readonly name: string;
  readonly value: Value;
  readonly initial: Float32Array;
  /** After the step; the value itself where nothing changes it. */
  readonly next: Value;
}

/** 0 or 1 / keep by chance, for dropout and stochastic depth; ones leave everything in. Its input is named `masks/NAME`. */
export interface Mask {
  readonly name: string;
  readonly value: Value;
  /** Probability that an element is kept. */
  readonly keep: number;
}

export interface Network {
  /** Pixels [N, 3, H, W], normalized. */
  readonly input: Value;
  /** [N, D] */
  readonly features: Value;
  /** [N, K] */
  readonly logits: Value;
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly Buffer[];
  readonly masks: readonly Mask[];
  /** Depths are 0 to depthCount - 1. */
  readonly depthCount: number;
}

/** The name of the input that is fed with pixels, in training and in exported models. */
export const pixelsName = 'pixels';

/** `body` declares what it needs in the scope. The same names in every mode: weights move by name. */
export function buildNetwork(
  pixels: Shape,
  mode: Mode,
  body: (scope: Scope, pixels: Value) => { features: Value; logits: Value },
): Network {
  const scope = createScope(mode);
  const x = input(pixelsName, pixels);
  const { features, logits } = body(scope, x);
  const { parameters, buffers, masks } = scope.collect();
  const depthCount = 1 + parameters.reduce((deepest, { depth }) => Math.max(deepest, depth), -1);
  return Object.freeze({ input: x, features, logits, parameters, buffers, masks, depthCount });
}
