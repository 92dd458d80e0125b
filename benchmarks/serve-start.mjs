/**
 * @file Milliseconds from process start of `tintype serve` to the first answer for a picture, with MobileNetV2 and with ViT-B/16 (343 MB).
 *
 * `serve-start.mjs [--runs 7]`. The first start of each is not counted: it reads files that later ones find in memory. `bareNodeMs` is what
 * a process that does nothing takes, which says how fast the machine was: about 40 where the bars were set.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArguments } from './pictures.mjs';
import { mobilenet, vitBase } from './serve/models.mjs';
import { findFreePort, listPictures, median, round } from './serve/processes.mjs';
import { Connection, renderGet, renderUpload } from './serve/requests.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { options } = parseArguments(process.argv.slice(2));
const runs = Number(options.runs ?? 7);
const bars = { mobilenet: 800, vitBase: 1500 };
const tintype = resolve(import.meta.dirname, '../apps/cli/bin/tintype.js');
const request = renderUpload(readFileSync(listPictures(['recyclables'], 1)[0]));

/** Until the model is loaded, and until a picture is answered. */
async function timeStart(folder) {
  const port = await findFreePort();
  const args = [tintype, 'serve', '--workspace', folder, '--port', `${port}`, '--json'];
  const startedAt = performance.now();
  const server = spawn(process.execPath, args, { stdio: 'ignore' });
  const connection = new Connection(`http://127.0.0.1:${port}`);
  try {
    for (;;) {
      const { status } = await connection.ask(renderGet('/health/ready'));
      if (status === 200) break;
      if (server.exitCode !== null) throw new Error(`tintype serve ended with ${server.exitCode}`);
      await delay(10);
    }
    const readyMs = performance.now() - startedAt;
    const { status } = await connection.ask(request);
    if (status !== 200) throw new Error(`the first picture was answered with ${status}`);
    return { readyMs, answeredMs: performance.now() - startedAt };
  } finally {
    connection.end();
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
}

/** Of `node -e 0`. */
function timeBareNode() {
  const startedAt = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - startedAt;
}

const results = { bareNodeMs: round(median(Array.from({ length: 7 }, timeBareNode)), 0) };
const [loadBefore] = loadavg();
for (const [name, makeModel] of Object.entries({ mobilenet, vitBase })) {
  const served = await makeServedWorkspace(await makeModel());
  try {
    await timeStart(served.folder);
    const times = [];
    for (let run = 0; run < runs; run += 1) times.push(await timeStart(served.folder));
    const readyMs = times.map((each) => each.readyMs);
    results[name] = {
      readyMs: round(median(readyMs), 0),
      fastestMs: round(Math.min(...readyMs), 0),
      firstAnswerMs: round(median(times.map(({ answeredMs }) => answeredMs)), 0),
    };
  } finally {
    await served.remove();
  }
}
const met = Object.entries(bars).every(([name, bar]) => results[name].readyMs <= bar);
console.log(JSON.stringify({ met, bars, ...results, runs, loadBefore: round(loadBefore) }));
