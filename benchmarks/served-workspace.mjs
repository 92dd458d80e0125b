/** @file For benchmarks: a workspace with a model that is ready to be served. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { renderBundle, storeBundle } from '@tintype/core/model/bundle';
import { histogramBackbone } from '@tintype/core/model/histogram-backbone';

const metrics = { accuracy: 0.5, accuracyInterval: [0, 1], balancedAccuracy: 0.5, macroF1: 0.5 };
const snapshot = 'snap_0123456789abcdef';

/** The smallest picture: one pixel, GIF. */
export const tinyPicture = Buffer.from('R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

/** Its weights are a fixed wave, so that answers differ between pictures. */
export function histogramModel() {
  const classes = ['one', 'two'];
  const { dimensions } = histogramBackbone;
  const zeros = new Float32Array(dimensions);
  const weights = Float32Array.from({ length: classes.length * dimensions }, (_, i) => Math.sin(i * 0.7));
  const head = renderLinearHead({ mean: zeros, scale: zeros.map(() => 1), weights, bias: [0, 0] });
  return {
    classes,
    backbone: histogramBackbone,
    input: { name: 'features', kind: 'features' },
    graph: renderOnnx(head),
  };
}

/** Stores the model as a bundle and makes it a version of `bench`, the champion unless told otherwise; `seed` makes bundles differ. */
export async function publishModel(workspace, model, { seed = 1, alias = 'champion' } = {}) {
  const { classes, backbone, input, graph } = model;
  const bundle = renderBundle({
    manifest: {
      model: 'bench',
      classes,
      backbone,
      input,
      head: { kind: 'logistic', hyperparameters: {} },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot,
      run: 'run_1',
      seed,
      metrics,
      createdAt: 1,
      versions: {},
    },
    graph,
    parity: { tolerance: 1e-5, samples: [] },
    card: '# bench\n',
  });
  await storeBundle(workspace.store, bundle);
  const { kind, name, dimensions } = backbone;
  const version = {
    model: 'bench',
    bundleHash: bundle.bundleHash,
    run: 'run_1',
    snapshot,
    classes,
    backbone: { kind, name, dimensions },
    head: 'logistic',
    sizeBytes: bundle.sizeBytes,
    createdAt: 1,
    ...metrics,
  };
  const evaluation = {
    id: `eval_${seed}`,
    on: `${snapshot}/test`,
    samples: 0,
    classes: [],
    confusion: [],
    calibration: { before: 0, after: 0, temperature: 1 },
    mistakes: [],
    durationMs: 0,
    at: 1,
    ...metrics,
  };
  return workspace.catalog.registry.publish(version, { by: 'bench', evaluation, ...(alias ? { alias } : {}) });
}

/** By default with one small histogram model; `settings` are the lines of tintype.yaml under `serve:`. */
export async function makeServedWorkspace(model = histogramModel(), { settings = [] } = {}) {
  const folder = await initWorkspace(await mkdtemp(join(tmpdir(), 'tintype-bench-')));
  if (settings.length > 0) {
    const lines = ['version: 1', 'serve:', ...settings.map((line) => `  ${line}`), ''];
    await writeFile(join(folder, 'tintype.yaml'), lines.join('\n'));
  }
  const workspace = await openWorkspace({ folder });
  await publishModel(workspace, model);
  return {
    folder,
    workspace,
    async remove() {
      await workspace[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One picture through POST /predict: status, body and time. */
export async function askPrediction(address, bytes, name = 'picture') {
  const form = new FormData();
  form.append('file', new Blob([bytes]), name);
  const startedAt = performance.now();
  const response = await fetch(`${address}/predict`, { method: 'POST', body: form });
  const body = await response.json();
  return { status: response.status, body, ms: performance.now() - startedAt };
}

/** Calls `work` for every item, `width` at a time; results in the order of the items. */
export async function mapLimited(items, width, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
