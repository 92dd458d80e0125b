/** @file Served = trained: probabilities of POST /predict, of the `classify` task and of training's own test split, on 200 pictures. */
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';
import { computeProbabilities } from '@tintype/core/model/probabilities';
import { objectKeys } from '@tintype/core/ports/object-store';
import { registerRun } from '@tintype/core/registry/register-run';
import { trainHead } from '@tintype/core/train/train-head';
import { startServer } from '@tintype/server/start-server';
import { askPrediction, mapLimited } from './served-workspace.mjs';

const shared = resolve(process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../shared'));
const { pictures, perClass, backbones } = parseArgs({
  options: {
    pictures: { type: 'string', default: join(shared, 'data/recyclables') },
    perClass: { type: 'string', default: '200' },
    backbones: {
      type: 'string',
      default: `histograms,${join(shared, 'models/mobilenetv1-0.25-128-imagenet-fp32.onnx')}`,
    },
  },
}).values;
const wanted = 200;
const tolerance = 1e-5;

/** The first pictures of every class folder. */
async function copySome(target) {
  for (const { name } of readdirSync(pictures, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    await mkdir(join(target, name), { recursive: true });
    const files = readdirSync(join(pictures, name)).toSorted().slice(0, Number(perClass));
    for (const file of files) await cp(join(pictures, name, file), join(target, name, file));
  }
}

const differ = (a, b) => a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k])), 0);

async function compare({ workspace, pool }, backbone, address) {
  const { catalog, store, hub, clock, config } = workspace;
  const { limits } = config;
  const request = trainOptionsSchema.parse({ dataset: 'parity', backbone, model: 'parity' });
  const run = await trainHead({ catalog, store, hub, clock, pool }, { ...request, limits });
  const options = { by: 'bench', promote: 'always', limits };
  const { version } = await registerRun({ catalog, store, pool, clock }, run, options);
  const { classes, bundleHash } = version;
  while ((await (await fetch(`${address}/health`)).json()).version !== version.version) {
    await new Promise((done) => setTimeout(done, 50));
  }

  const folder = await store.localFolder(objectKeys.bundlePrefix(bundleHash));
  await pool.prepare('parity', 'openBundle', { bundleHash, folder });
  const rows = run.test.sampleIds.slice(0, wanted).map((sampleId, n) => ({ sampleId, n }));
  const differences = await mapLimited(rows, 4, async ({ sampleId, n }) => {
    const { contentHash } = await catalog.samples.get(sampleId);
    const bytes = await store.get(objectKeys.source(contentHash));
    const logits = run.test.logits.subarray(n * classes.length, (n + 1) * classes.length);
    const trained = computeProbabilities(logits, {
      classes: classes.length,
      temperature: run.calibration.temperature,
    });
    const { probabilities } = await pool.run('classify', { bundleHash, bytes, limits });
    const { status, body } = await askPrediction(address, bytes);
    if (status !== 200 || body.version !== version.version)
      throw new Error(`/predict answered ${JSON.stringify(body)}`);
    const served = classes.map((name) => body.probabilities[name]);
    return { servedToTask: differ(served, probabilities), servedToTrained: differ(served, trained) };
  });
  pool.forget('parity');
  return {
    backbone: backbone.split('/').at(-1),
    pictures: differences.length,
    servedToTask: Math.max(...differences.map((difference) => difference.servedToTask)),
    servedToTrained: Math.max(...differences.map((difference) => difference.servedToTrained)),
  };
}

const base = await mkdtemp(join(tmpdir(), 'tintype-parity-'));
const workspace = await openWorkspace({ folder: await initWorkspace(join(base, 'workspace')) });
const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks' });
const server = await startServer({ workspaceFolder: workspace.folder, port: 0 });
try {
  await copySome(join(base, 'pictures'));
  const { catalog, store, clock, config } = workspace;
  await ingestPictures(
    { catalog, store, clock, pool, openSource: openPictureSource },
    {
      sources: [join(base, 'pictures')],
      dataset: 'parity',
      labels: 'folder',
      annotator: 'bench',
      move: false,
      limits: config.limits,
    },
  );
  const results = [];
  for (const backbone of backbones.split(','))
    results.push(await compare({ workspace, pool }, backbone, server.address));
  const passed = results.every(
    (result) => result.pictures === wanted && result.servedToTask <= tolerance && result.servedToTrained <= tolerance,
  );
  console.log(JSON.stringify({ passed, tolerance, results }));
  if (!passed) process.exitCode = 1;
} finally {
  await server.close();
  await pool[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
  await rm(base, { recursive: true, force: true });
}
