/** @file Every hostile model as a backbone, as a file to import, as a bundle, and as the champion of a running server: refused in time and in little memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { resolveBackbone } from '@tintype/core/model/resolve-backbone';
import { withBundle } from '@tintype/core/model/with-bundle';
import { importModel } from '@tintype/core/registry/import-model';
import { histogramModel, publishModel, tinyPicture } from '../served-workspace.mjs';
import { watchMemory } from './watch-memory.mjs';

const longestMs = 10_000;
const mostMiB = 512;
const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };

/** How an attempt ended: the code of its refusal, or `accepted`. */
async function attempt(work) {
  const startedAt = performance.now();
  const outcome = await work().then(
    () => 'accepted',
    (error) => error.code ?? `unexpected: ${error}`,
  );
  return { outcome, ms: performance.now() - startedAt };
}

async function findHealth(address, isWanted) {
  const until = performance.now() + longestMs;
  for (;;) {
    const health = await (await fetch(`${address}/health`)).json();
    if (isWanted(health) || performance.now() > until) return health;
    await delay(20);
  }
}

/** Makes the bundle the champion, waits until the server has said no to it, asks for a prediction, and takes it back. */
async function serveOnce({ address, workspace: { catalog } }, { version, good }) {
  const { registry } = catalog;
  const move = (to) => registry.moveAlias({ model: 'bench', alias: 'champion', version: to, by: 'bench', at: 1 });
  await move(version);
  const degraded = await findHealth(address, ({ status }) => status === 'degraded');
  const headers = { 'content-type': 'image/gif' };
  const response = await fetch(`${address}/predict`, { method: 'POST', headers, body: tinyPicture });
  const answer = await response.json();
  await move(good);
  const healthy = await findHealth(address, ({ status }) => status === 'healthy');
  const isHeld =
    degraded.status === 'degraded' &&
    response.status === 200 &&
    answer.version === good &&
    healthy.status === 'healthy';
  return isHeld ? 'refused' : `${degraded.status}, ${response.status}, ${healthy.status}`;
}

/** `folder` holds the models; `good.onnx` is none of them. */
export async function testModels({ folder, address, workspace }) {
  const { catalog, store, clock, config } = workspace;
  const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks', size: 1, memoryMb: mostMiB });
  const memory = watchMemory();
  const good = (await catalog.registry.getVersion('bench', 'champion')).version;
  const files = readdirSync(folder).filter((name) => name.endsWith('.onnx') && name !== 'good.onnx');
  const wrong = [];
  const codes = {};
  let slowestMs = 0;
  try {
    for (const [at, file] of files.entries()) {
      const path = join(folder, file);
      const graph = readFileSync(path);
      const published = { seed: at + 2, alias: 'hostile' };
      const { version, bundleHash } = await publishModel(workspace, { ...histogramModel(), graph }, published);
      const ways = {
        backbone: () => resolveBackbone({ hub, pool }, path),
        import: () => importModel({ catalog, store, clock, pool }, { path, by: 'bench', limits: config.limits }),
        bundle: () => withBundle({ store, pool }, bundleHash, async () => undefined),
      };
      for (const [way, work] of Object.entries(ways)) {
        const { outcome, ms } = await attempt(work);
        slowestMs = Math.max(slowestMs, ms);
        codes[outcome] = (codes[outcome] ?? 0) + 1;
        const isRefused = /^(ONNX|BACKBONE|MODEL_FILE)_INVALID$|^BUNDLE_CORRUPT$/.test(outcome);
        if (!isRefused || ms > longestMs) wrong.push(`${file} as ${way}: ${outcome} in ${Math.round(ms)} ms`);
      }
      const served = await serveOnce({ address, workspace }, { version, good });
      if (served !== 'refused') wrong.push(`${file} as champion: ${served}`);
    }
  } finally {
    await pool[Symbol.asyncDispose]();
  }
  const peakMiB = memory.end();
  const met = wrong.length === 0 && files.length > 20 && peakMiB <= mostMiB;
  return { met, models: files.length, ways: 4, codes, wrong, slowestMs: Math.round(slowestMs), peakMiB };
}
