/** @file Everything hostile at hand against a running server: pictures, models, bytes that are no HTTP. No crash, no hang, no 5xx. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '@tintype/server/start-server';
import { testModels } from './serve-hostile/models.mjs';
import { testPictures } from './serve-hostile/pictures.mjs';
import { testRawHttp } from './serve-hostile/raw-http.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    requests: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
});
const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../shared');

const served = await makeServedWorkspace();
const server = await startServer({ workspaceFolder: served.folder, port: 0, logLevel: 'error' });
const { address } = server;
const { workspace } = served;
const parts = {
  pictures: () => testPictures({ data: join(shared, 'data'), address, workspace }),
  models: () => testModels({ folder: join(shared, 'models/hostile'), address, workspace }),
  raw: () => testRawHttp({ address, requests: Number(options.requests), seed: Number(options.seed) }),
};
try {
  const report = {};
  for (const [name, test] of Object.entries(parts)) {
    if (options.only !== undefined && options.only !== name) continue;
    if (name !== 'raw' && !existsSync(shared)) throw new Error(`${shared} is not here`);
    report[name] = await test();
  }
  const health = await (await fetch(`${address}/health`)).json();
  const met = Object.values(report).every((part) => part.met) && health.status === 'healthy';
  console.log(JSON.stringify({ met, health: health.status, ...report }));
  if (!met) process.exitCode = 1;
} finally {
  await server.close();
  await served.remove();
}
