/**
 * @file Requests that fail because the server is told to end, by SIGTERM under load: none may, over connections that were open before.
 *
 * `serve-shutdown.mjs [--times 50] [--connections 8]`. A request over a connection that is opened after the signal may be refused.
 */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArguments } from './pictures.mjs';
import { mobilenet } from './serve/models.mjs';
import { listPictures, round, startProcess } from './serve/processes.mjs';
import { Connection, renderUpload } from './serve/requests.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { options } = parseArguments(process.argv.slice(2));
const times = Number(options.times ?? 50);
const connections = Number(options.connections ?? 8);

const requests = listPictures(['scenes', 'recyclables'], 100).map((path) => renderUpload(readFileSync(path)));
const served = await makeServedWorkspace(await mobilenet(), { settings: ['cache: { entries: 0 }'] });
const totals = { answered: 0, answeredAfterSignal: 0, failed: [], refusedAfterSignal: 0 };
const endMs = [];

/** Sends one request after the other until the server is gone. */
async function keepAsking(address, state) {
  const connection = new Connection(address);
  for (let n = 0; !state.isOver; n += 1) {
    const wasNew = !connection.isOpen;
    const outcome = await connection.ask(requests[(n * 7) % requests.length]);
    if (outcome.status === 200) {
      totals.answered += 1;
      if (state.isSignaled) totals.answeredAfterSignal += 1;
    } else if (state.isSignaled && wasNew && outcome.failure) {
      totals.refusedAfterSignal += 1;
      break;
    } else {
      totals.failed.push(outcome.failure ?? outcome.status);
      break;
    }
  }
  connection.end();
}

try {
  for (let n = 0; n < times; n += 1) {
    const server = await startProcess('server-main.mjs', [served.folder]);
    const state = { isSignaled: false, isOver: false };
    const clients = Array.from({ length: connections }, () => keepAsking(server.first.address, state));
    await delay(300 + ((n * 37) % 200));
    const startedAt = performance.now();
    state.isSignaled = true;
    await server.end('SIGTERM');
    endMs.push(performance.now() - startedAt);
    state.isOver = true;
    await Promise.all(clients);
  }
  console.log(
    JSON.stringify({
      failed: totals.failed.length,
      failures: totals.failed.slice(0, 5),
      met: totals.failed.length === 0,
      signals: times,
      answered: totals.answered,
      answeredAfterSignal: totals.answeredAfterSignal,
      refusedAfterSignal: totals.refusedAfterSignal,
      longestEndMs: round(Math.max(...endMs), 0),
    }),
  );
} finally {
  await served.remove();
}
