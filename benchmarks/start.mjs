/** @file Milliseconds from process start to `tintype --help` on the screen, and to the first answer of /health with a model loaded. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findFreePort, median } from './serve/processes.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { runs } = parseArgs({ options: { runs: { type: 'string', default: '7' } } }).values;
const tintype = resolve(import.meta.dirname, '../apps/cli/bin/tintype.js');
const bars = { helpMs: 250, readyMs: 1000 };

const summarize = (values) => ({ ms: Math.round(median(values)), minMs: Math.round(Math.min(...values)) });
const repeat = async (work) => {
  const values = [];
  for (let run = 0; run < Number(runs); run += 1) values.push(await work());
  return values;
};

function timeHelp() {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, [tintype, '--help'], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`tintype --help ended with ${status}`);
  return performance.now() - startedAt;
}

async function isReady(address) {
  try {
    return (await (await fetch(`${address}/health`)).json()).model_loaded;
  } catch {
    return false;
  }
}

async function timeServer(folder) {
  const port = await findFreePort();
  const args = [tintype, 'serve', '--workspace', folder, '--port', `${port}`, '--json'];
  const startedAt = performance.now();
  const server = spawn(process.execPath, args, { stdio: 'ignore' });
  try {
    while (!(await isReady(`http://127.0.0.1:${port}`))) {
      if (server.exitCode !== null) throw new Error(`tintype serve ended with ${server.exitCode}`);
      await delay(5);
    }
    return performance.now() - startedAt;
  } finally {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
}

const served = await makeServedWorkspace();
try {
  const [busy] = loadavg();
  // The first start of each reads files that later ones find in memory.
  timeHelp();
  await timeServer(served.folder);
  const help = summarize(await repeat(async () => timeHelp()));
  const ready = summarize(await repeat(() => timeServer(served.folder)));
  const passed = help.ms <= bars.helpMs && ready.ms <= bars.readyMs;
  console.log(JSON.stringify({ passed, help, ready, runs: Number(runs), loadBefore: Math.round(busy * 100) / 100 }));
  if (!passed) process.exitCode = 1;
} finally {
  await served.remove();
}
