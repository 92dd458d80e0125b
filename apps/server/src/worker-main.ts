/** @file Entry of a worker process: `node worker-main.js WORKSPACE [LEASE_MS]`. Ends with its parent, or on a signal. */
import { endDespiteLog } from './log-destination.ts';
import { startLoggingWorker } from './worker.ts';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
process.on('disconnect', () => stop.abort());
// The parent may have ended while the modules above were read: then that event is over.
if (process.send && !process.connected) stop.abort();

const [workspaceFolder = '.', leaseMs] = process.argv.slice(2);
const worker = await startLoggingWorker({
  workspaceFolder,
  signal: stop.signal,
  ...(leaseMs === undefined ? {} : { leaseMs: Number(leaseMs) }),
});
await worker.closed;
// The channel to the parent would keep the process.
if (process.connected) process.disconnect();
endDespiteLog();
