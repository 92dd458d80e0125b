/** @file What a lowering is: how operators are written as ONNX for one kind of runtime. What they mean is said elsewhere (graph/operators). */

/** Elements of a block of channels: 8 where vectors have 8 floats (AVX2), 16 where they have 16 (AVX-512). */
export type Block = 8 | 16;

/**
 * `plain`: the standard's operators on [N, C, H, W], for every provider; with `maxPoolInDouble`, max pooling in float64, which ONNX Runtime
 * leaves to the processor: its WebGPU provider takes a float32 one, and then fails to tell which pixel won. `blocked`: for the CPU, pictures
 * stay in ONNX Runtime's own layout [N, C / block, H, W, block] from the first convolution on, and convolutions are its operators of the domain
 * `blockedDomain`.
 */
export type Lowering =
  | { readonly layout: 'plain'; readonly maxPoolInDouble?: true }
  | { readonly layout: 'blocked'; readonly block: Block };

export const plainLowering: Lowering = Object.freeze({ layout: 'plain' });
export const webgpuLowering: Lowering = Object.freeze({ layout: 'plain', maxPoolInDouble: true });

/** Internal to ONNX Runtime, so that whoever emits it asks `chooseLowering` first. */
export const blockedDomain = 'com.microsoft.nchwc';
