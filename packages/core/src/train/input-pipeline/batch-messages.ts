/**
 * @file What the pipeline and its worker threads say to each other. Arrays of floats are handed over, never copied, and never shared:
 * ONNX Runtime (1.30) refuses an input on a SharedArrayBuffer.
 */
import { type ErrorCode, TintypeError } from '@tintype/contracts/errors';
import type { BatchBuffers, BatchRequest } from './make-batch.ts';

export interface BatchOrder extends BatchRequest {
  orderId: number;
  /** To be used again; absent while there are none. */
  buffers?: BatchBuffers;
}

export type BatchAnswer = { orderId: number; buffers: BatchBuffers } | { orderId: number; failure: Failure };

/** Ours keep code and details; structured clone keeps of any other error its text. */
type Failure = { code: ErrorCode; details: unknown } | Error;

export function packFailure(thrown: unknown): Failure {
  if (thrown instanceof TintypeError) return { code: thrown.code, details: thrown.details };
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

export const unpackFailure = (failure: Failure): Error =>
  'code' in failure ? new TintypeError(failure.code, failure.details as never) : failure;

/** The memory behind buffers, to be handed over. */
export const memoryOf = ({ x, targets }: BatchBuffers): ArrayBuffer[] => [
  x.buffer as ArrayBuffer,
  targets.buffer as ArrayBuffer,
];
