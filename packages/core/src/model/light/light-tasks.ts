/** @file Making a light model, in a child: it may take much memory, and the graph of an imported model is a stranger's. */
import { appendHead } from '@tintype/autograd/heads/append-head';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { evaluationMode } from '@tintype/autograd/nn/network';
import { chooseMethod } from '@tintype/autograd/onnx/quantize/choose-method';
import { type Observer, openObserver } from '@tintype/autograd/onnx/quantize/observe';
import { planStatic, type StaticPlan } from '@tintype/autograd/onnx/quantize/plan-static';
import { quantizeDynamic } from '@tintype/autograd/onnx/quantize/quantize-dynamic';
import { quantizeStatic } from '@tintype/autograd/onnx/quantize/quantize-static';
import { channelMeans, chooseRange } from '@tintype/autograd/onnx/quantize/ranges';
import { storeFloat16 } from '@tintype/autograd/onnx/quantize/store-float16';
import { OnnxError, type OnnxModel, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { Tensor } from '@tintype/autograd/runtime/session';
import { renderInference } from '@tintype/autograd/step/render-inference';
import { TintypeError } from '@tintype/contracts/errors';
import type { BundleManifest } from '@tintype/contracts/model';
import { toTensor } from '@tintype/vision/to-tensor';
import type { TaskFunctions } from '../../ports/task-pool.ts';
import { buildVit } from '../architectures/vit.ts';
import { readBundle } from '../bundle.ts';
import { loadHuggingFaceVit } from '../formats/hugging-face/load-vit.ts';
import type { BundleFolder, LightTasks, RewriteMethod, WatchRequest } from './light-tasks.types.ts';

/** What lost least on MobileNetV2 (docs/explanation/int8.md). */
const calibrator = 'mse';

export const tasks: TaskFunctions<LightTasks> = {
  chooseInt8: async (bundle) => withGraph(bundle, chooseMethod),
  measureRanges: (request) =>
    watch(request, async (observer, inputs) => Object.fromEntries(await observer.measureRanges(inputs))),
  measureSpreads: (request) =>
    watch(request, async (observer, inputs) =>
      Object.fromEntries(await observer.measureSpreads(inputs, new Map(Object.entries(request.ranges)))),
    ),
  rewrite: async (request) => withGraph(request, (model) => renderOnnx(rewrite(model, request))),
  readHuggingFace: async ({ folder, sizePx }) => renderOnnx(await readVit(folder, sizePx)),
};

function rewrite(model: OnnxModel, request: RewriteMethod): OnnxModel {
  switch (request.method) {
    case 'int8-static': {
      const spreads = Object.entries(request.spreads);
      return quantizeStatic(planStatic(model), {
        ranges: new Map(spreads.map(([name, spread]) => [name, chooseRange(spread, { calibrator })])),
        means: new Map(spreads.map(([name, spread]) => [name, channelMeans(spread)])),
      });
    }
    case 'int8-dynamic':
      return quantizeDynamic(model);
    case 'fp16':
      return storeFloat16(model);
    default:
      return request satisfies never;
  }
}

async function withGraph<T>(
  { folder, bundleHash }: BundleFolder,
  use: (model: OnnxModel, manifest: BundleManifest) => T | Promise<T>,
): Promise<T> {
  const { graph, manifest } = await readBundle(folder, bundleHash);
  try {
    return await use(parseOnnx(graph), manifest);
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    throw new TintypeError('LIGHT_UNSUPPORTED', { model: manifest.model, reason: error.reason }, { cause: error });
  }
}

async function watch<T>(
  request: WatchRequest,
  use: (observer: Observer, inputs: Iterable<Tensor>) => Promise<T>,
): Promise<T> {
  return withGraph(request, async (model, { input, backbone: { preprocessing } }) => {
    const plan: StaticPlan = planStatic(model);
    await using observer = await openObserver(plan.model, { tensors: plan.tensors, input: input.name });
    const { widthPx, heightPx } = preprocessing;
    const dims = [1, 3, heightPx, widthPx];
    function* inputs(): Generator<Tensor> {
      for (const pixels of request.pixels) {
        const data = new Float32Array(pixels.length);
        toTensor(pixels, preprocessing, data);
        yield { type: 'float32', dims, data };
      }
    }
    return await use(observer, inputs());
  });
}

const noHub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };

async function readVit(folder: string, sizePx: number): Promise<OnnxModel> {
  const { shape, state, classes = [] } = await loadHuggingFaceVit({ hub: noHub }, folder, { sizePx });
  const weights = state.get('parameters/head.weight');
  const bias = state.get('parameters/head.bias');
  if (!weights || !bias) throw new Error(`${folder} holds no classifier`);
  const { width } = shape;
  const head = renderLinearHead({
    mean: new Float32Array(width),
    scale: new Float32Array(width).fill(1),
    weights: weights.data,
    bias: bias.data,
  });
  const build = (batch: number) => buildVit(shape, { batch, classes: classes.length, sizePx, mode: evaluationMode });
  return appendHead(renderInference(build, state), 'features', head, { dimensions: width });
}
