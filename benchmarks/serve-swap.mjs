/**
 * @file Two hundred moves of the champion under load, every fifth to a bundle that cannot be served: no request may fail.
 *
 * `serve-swap.mjs [--swaps 200] [--connections 8]`. Broken bundles take turns: one whose model.onnx was changed, one without it, one whose
 * model is no ONNX, one whose classes are not the registered ones. Each must be refused by name while what served before goes on.
 */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { objectKeys } from '@tintype/core/ports/object-store';
import { parseArguments } from './pictures.mjs';
import { mobilenet } from './serve/models.mjs';
import { listPictures, median, round, startProcess } from './serve/processes.mjs';
import { Connection, renderGet } from './serve/requests.mjs';
import { makeServedWorkspace, publishModel } from './served-workspace.mjs';

const { options } = parseArguments(process.argv.slice(2));
const swaps = Number(options.swaps ?? 200);
const connections = Number(options.connections ?? 8);
const longestWaitMs = 60_000;

const model = await mobilenet();
const served = await makeServedWorkspace(model, { settings: ['cache: { entries: 0 }'] });
const { workspace } = served;
const folderOf = ({ bundleHash }) => join(workspace.folder, '.tintype/store', objectKeys.bundlePrefix(bundleHash));
const publish = (seed, changes = {}) => publishModel(workspace, { ...model, ...changes }, { seed, alias: null });

/** Ways in which a bundle is broken, by what is done to it after it was stored. */
const breakages = [
  async (seed) => {
    const version = await publish(seed);
    const changed = Buffer.from(model.graph);
    changed[changed.length >> 1] ^= 1;
    writeFileSync(join(folderOf(version), 'model.onnx'), changed);
    return version;
  },
  async (seed) => {
    const version = await publish(seed);
    rmSync(join(folderOf(version), 'model.onnx'));
    return version;
  },
  (seed) => publish(seed, { graph: Buffer.from(createHash('sha512').update(String(seed)).digest()) }),
  (seed) => publish(seed, { classes: ['one', 'two'] }),
];

/** Moves the champion, and waits until the server follows it, or says that it cannot. */
async function moveTo(version, isBroken, connection) {
  const { registry } = workspace.catalog;
  await registry.moveAlias({
    model: 'bench',
    alias: 'champion',
    version: version.version,
    by: 'bench',
    at: Date.now(),
  });
  const startedAt = performance.now();
  while (performance.now() - startedAt < longestWaitMs) {
    const { body } = await connection.ask(renderGet('/health'));
    const health = JSON.parse(body.toString());
    if (isBroken && health.status === 'degraded' && health.model_loaded) return performance.now() - startedAt;
    if (!isBroken && health.status === 'healthy' && health.version === version.version)
      return performance.now() - startedAt;
    await delay(10);
  }
  throw new Error(`the server did not follow version ${version.version}`);
}

const server = await startProcess('server-main.mjs', [served.folder]);
const load = await startProcess('load-main.mjs');
const connection = new Connection(server.first.address);
try {
  // Bundles are made beforehand, so that only moves happen under load.
  const good = [await publish(1001), await publish(1002), await publish(1003)];
  const bad = [];
  for (const [n, breakBundle] of breakages.entries()) bad.push(await breakBundle(2001 + n));
  const pictures = listPictures(['scenes', 'recyclables'], 400);
  const before = await server.ask('reset');
  const loading = load.ask({ address: server.first.address, pictures, untilTold: true, connections });
  loading.catch(() => {});
  const moves = { good: [], broken: [] };
  for (let n = 0; n < swaps; n += 1) {
    const isBroken = n % 5 === 4;
    const version = isBroken ? bad[((n - 4) / 5) % bad.length] : good[n % good.length];
    moves[isBroken ? 'broken' : 'good'].push(await moveTo(version, isBroken, connection));
  }
  load.child.send('stop');
  const result = await loading;
  const after = await server.ask('report');
  const failed =
    Object.entries(result.byStatus).reduce((sum, [status, { count }]) => sum + (status === '200' ? 0 : count), 0) +
    Object.values(result.failures).reduce((sum, count) => sum + count, 0);
  const memoryOf = ({ rssMiB, children }) => [rssMiB, ...children.map((child) => child.rssMiB)];
  console.log(
    JSON.stringify({
      failed,
      met: failed === 0 && result.answered > 0,
      swaps,
      broken: moves.broken.length,
      answered: result.answered,
      byStatus: result.byStatus,
      failures: result.failures,
      followedAfterMs: round(median(moves.good), 0),
      refusedAfterMs: round(median(moves.broken), 0),
      loopDelayMs: after.loopDelayMs,
      memoryMiB: { before: memoryOf(before), after: memoryOf(after) },
    }),
  );
} finally {
  connection.end();
  await load.end('SIGKILL');
  await server.end();
  await served.remove();
}
