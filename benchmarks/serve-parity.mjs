/** @file Served = trained: POST /predict beside `tintype predict`, the task that evaluation runs, and training's own test split, on 200 pictures. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
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
const tintype = resolve(import.meta.dirname, '../apps/cli/bin/tintype.js');
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

/** Probabilities of `tintype predict`, by sample. */
async function runCommand(workspace, pictures) {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-parity-'));
  try {
    for (const { sampleId, bytes } of pictures) await writeFile(join(folder, `${sampleId}.jpg`), bytes);
    const args = [tintype, 'predict', folder, '--json', '--workspace', workspace.folder];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return new Map(rows.map((row) => [basename(row.path, '.jpg'), row.probabilities]));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function publishAndWait({ workspace, pool, address }, backbone) {
  const { catalog, store, hub, clock, config } = workspace;
  const { limits } = config;
  const request = trainOptionsSchema.parse({ dataset: 'parity', backbone, model: 'parity' });
  const run = await trainHead({ catalog, store, hub, clock, pool }, { ...request, limits });
  const options = { by: 'bench', promote: 'always', limits };
  const { version } = await registerRun({ catalog, store, pool, clock }, run, options);
  while ((await (await fetch(`${address}/health`)).json()).version !== version.version) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return { run, version };
}

async function compare({ workspace, pool, address }, backbone) {
  const { catalog, store, config } = workspace;
  const { run, version } = await publishAndWait({ workspace, pool, address }, backbone);
  const { classes, bundleHash } = version;
  const { temperature } = run.calibration;
  const trained = computeProbabilities(run.test.logits, { classes: classes.length, temperature });
  const pictures = await mapLimited(run.test.sampleIds.slice(0, wanted), 4, async (sampleId) => {
    const { contentHash } = await catalog.samples.get(sampleId);
    return { sampleId, bytes: await store.get(objectKeys.source(contentHash)) };
  });

  const folder = await store.localFolder(objectKeys.bundlePrefix(bundleHash));
  await pool.prepare('parity', 'openBundle', { bundleHash, folder });
  const commanded = await runCommand(workspace, pictures);
  const differences = await mapLimited([...pictures.entries()], 4, async ([n, { sampleId, bytes }]) => {
    const { status, body } = await askPrediction(address, bytes);
    if (status !== 200 || body.version !== version.version)
      throw new Error(`/predict answered ${JSON.stringify(body)}`);
    const served = classes.map((name) => body.probabilities[name]);
    const evaluated = await pool.run('classify', { bundleHash, bytes, limits: config.limits });
    return {
      command: differ(
        served,
        classes.map((name) => commanded.get(sampleId)[name]),
      ),
      evaluation: differ(served, evaluated.probabilities),
      training: differ(served, trained.subarray(n * classes.length, (n + 1) * classes.length)),
    };
  });
  pool.forget('parity');
  const largest = (of) => Math.max(...differences.map((difference) => difference[of]));
  return {
    backbone: basename(backbone),
    pictures: differences.length,
    servedToCommand: largest('command'),
    servedToEvaluation: largest('evaluation'),
    servedToTraining: largest('training'),
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
    results.push(await compare({ workspace, pool, address: server.address }, backbone));
  const passed = results.every(({ pictures, servedToCommand, servedToEvaluation, servedToTraining }) => {
    return pictures === wanted && Math.max(servedToCommand, servedToEvaluation, servedToTraining) <= tolerance;
  });
  console.log(JSON.stringify({ passed, tolerance, results }));
  if (!passed) process.exitCode = 1;
} finally {
  await server.close();
  await pool[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
  await rm(base, { recursive: true, force: true });
}
