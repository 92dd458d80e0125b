/** @file An ONNX image model as a feature extractor: cut at its feature tensor, checked by one run on a grey picture. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { listOutputs, pruneToOutputs } from '@tintype/autograd/onnx/edit-onnx';
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
  const session = await openVerified(backbone, modelPath);
  const { widthPx, heightPx } = backbone.preprocessing;
  try {
    const { row, shape } = await runOnce(session, backbone, new Float32Array(3 * widthPx * heightPx));
    if (row.length > mostDimensions)
      throw refuse(backbone, `it gives ${row.length} features per picture; at most ${mostDimensions} make sense`);
    return {
      dimensions: row.length,
      shape,
      run: async (pixels) => (await runOnce(session, backbone, pixels)).row,
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error instanceof TintypeError ? error : refuse(backbone, `it cannot be run (${firstLine(error)})`, error);
  }
}

/** The session holds its own copy of the weights: the file's bytes are let go. */
async function openVerified(backbone: Backbone, modelPath: string): Promise<Session> {
  if (backbone.featureOutput === undefined) throw refuse(backbone, 'its feature output is not named');
  const bytes = await readFile(modelPath).catch((error: unknown) => {
    throw refuse(backbone, 'the file cannot be read', error);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== backbone.hash)
    throw refuse(backbone, 'the file changed meanwhile');
  try {
    return await openSession(cutAt(backbone.featureOutput, bytes));
  } catch (error) {
    throw refuse(
      backbone,
      error instanceof OnnxError ? error.reason : `ONNX Runtime refuses it (${firstLine(error)})`,
      error,
    );
  }
}

/** As it is where the features are an output already; large models are then not copied. */
function cutAt(output: string, bytes: Uint8Array): Uint8Array {
  const model = parseOnnx(bytes);
  const isOutput = listOutputs(model).some(({ name }) => name === output);
  return isOutput ? bytes : renderOnnx(pruneToOutputs(model, [output]));
}

async function runOnce(
  session: Session,
  { inputName = '', featureOutput = '', preprocessing, name }: Backbone,
  data: Float32Array,
): Promise<{ row: Float32Array; shape: FeatureShape }> {
  const dims = [1, 3, preprocessing.heightPx, preprocessing.widthPx];
  const outputs = await session.run({ [inputName]: { type: 'float32', dims, data } }, [featureOutput]);
  const tensor = outputs[featureOutput];
  if (tensor?.type !== 'float32') throw refuse({ name }, `its output "${featureOutput}" is not float32`);
  const [batch, tokens = 0, width = 1] = tensor.dims;
  if (batch !== 1 || tensor.dims.length < 2 || tensor.dims.length > 4)
    throw refuse({ name }, `its output "${featureOutput}" has the shape [${tensor.dims.join(', ')}], not [N, D]`);
  return tensor.dims.length === 3 && tokens > 1
    ? { row: tensor.data.slice(0, width), shape: 'first-token' }
    : { row: tensor.data.slice(), shape: 'flatten' };
}

const refuse = ({ name }: Pick<Backbone, 'name'>, reason: string, cause?: unknown): TintypeError =>
  new TintypeError('BACKBONE_INVALID', { file: name, reason }, { cause });

/** What a library said, short enough for a sentence. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
