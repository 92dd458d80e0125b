/** @file The error of a refused model. */

/** A model file that is refused. `reason` is the rest of the sentence "The file is refused: ...". */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';
  readonly reason: string;

  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The ONNX model is refused: ${reason}.`, options);
    this.reason = reason;
  }
}
