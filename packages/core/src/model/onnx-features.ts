/** @file An ONNX image model as a feature extractor: cut at its feature tensor, checked by one run on a grey picture. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pruneToOutputs } from '@tintype/autograd/onnx/edit-onnx';
import { OnnxError, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { openSession, type Session } from '@tintype/autograd/runtime/session';
import { TintypeError } from '@tintype/contracts/errors';
import type { Backbone } from '@tintype/contracts/model';

/** `flatten`: `[N, D]` or `[N, D, 1, 1]`. `first-token`: `[N, T, D]`, of which the class token is taken. */
export type FeatureShape = 'flatten' | 'first-token';

const mostDimensions = 16_384;

export interface OnnxFeatures extends AsyncDisposable {
  dimensions: number;
  shape: FeatureShape;
  /** `[D]` of one picture's tensor `[3, heightPx, widthPx]`. */
  run(pixels: Float32Array): Promise<Float32Array>;
}

/** For child processes: the file may be hostile. Throws BACKBONE_INVALID. */
export async function openOnnxFeatures(backbone: Backbone, modelPath: string): Promise<OnnxFeatures> {
  const refuse = (reason: string, cause?: unknown): TintypeError =>
    new TintypeError('BACKBONE_INVALID', { file: backbone.name, reason }, { cause });
  const { inputName, featureOutput } = backbone;
  if (inputName === undefined || featureOutput === undefined) throw refuse('its input or feature output is not named');
  const bytes = await readFile(modelPath).catch((error: unknown) => {
    throw refuse('the file cannot be read', error);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== backbone.hash) throw refuse('the file changed meanwhile');
  const { session, first, shape } = await open();

  async function open() {
    let opened: Session | undefined;
    try {
      opened = await openSession(renderOnnx(pruneToOutputs(parseOnnx(bytes), [featureOutput as string])));
      const { widthPx, heightPx } = backbone.preprocessing;
      const result = await runOnce(opened, new Float32Array(3 * widthPx * heightPx));
      return { session: opened, first: result.row, shape: result.shape };
    } catch (error) {
      await opened?.[Symbol.asyncDispose]();
      if (error instanceof TintypeError) throw error;
      throw refuse(error instanceof OnnxError ? error.reason : `ONNX Runtime refuses it (${firstLine(error)})`, error);
    }
  }

  async function runOnce(opened: Session, data: Float32Array): Promise<{ row: Float32Array; shape: FeatureShape }> {
    const { widthPx, heightPx } = backbone.preprocessing;
    const outputs = await opened.run({
      [inputName as string]: { type: 'float32', dims: [1, 3, heightPx, widthPx], data },
    });
    const tensor = outputs[featureOutput as string];
    if (tensor?.type !== 'float32') throw refuse(`its output "${featureOutput}" is not float32`);
    const [batch, second = 0, third = 1] = tensor.dims;
    if (batch !== 1 || tensor.dims.length < 2 || tensor.dims.length > 4)
      throw refuse(`its output "${featureOutput}" has the shape [${tensor.dims.join(', ')}], not [N, D]`);
    const isTokens = tensor.dims.length === 3 && second > 1;
    return {
      row: isTokens ? tensor.data.slice(0, third) : tensor.data.slice(),
      shape: isTokens ? 'first-token' : 'flatten',
    };
  }

  if (first.length > mostDimensions) {
    await session[Symbol.asyncDispose]();
    throw refuse(`it gives ${first.length} features per picture; at most ${mostDimensions} make sense`);
  }
  return {
    dimensions: first.length,
    shape,
    run: async (pixels) => (await runOnce(session, pixels)).row,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** What a library said, short enough for a sentence. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
