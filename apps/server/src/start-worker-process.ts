/** @file A worker as a child of the server: started again when it dies, asked to end with it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';

export interface WorkerProcess {
  /** Lets the job under way end or be handed back, for at most 10 s. */
  close(): Promise<void>;
}

/** Built code, also when the server runs from sources. */
const entry = fileURLToPath(new URL('../dist/worker-main.js', import.meta.url));
const firstRestartMs = 500;
const lastRestartMs = 30_000;
/** A worker that ran this long died of something new. */
const settledMs = 60_000;
const graceMs = 10_000;

export interface WorkerProcessOptions {
  workspaceFolder: string;
  /** As of the worker. */
  leaseMs?: number;
  logger?: FastifyBaseLogger;
}

export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const words = [options.workspaceFolder, ...(options.leaseMs === undefined ? [] : [String(options.leaseMs)])];
  let isClosing = false;
  let restartMs = firstRestartMs;
  let timer: NodeJS.Timeout | undefined;
  let worker: ChildProcess;

  const start = (): void => {
    const startedAt = performance.now();
    worker = fork(entry, words, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
    worker.on('exit', (code, signal) => {
      if (isClosing) return;
      options.logger?.error({ code, signal }, 'The worker ended; another one is started.');
      restartMs = performance.now() - startedAt > settledMs ? firstRestartMs : Math.min(restartMs * 2, lastRestartMs);
      timer = setTimeout(start, restartMs);
    });
  };
  start();

  return {
    async close() {
      isClosing = true;
      clearTimeout(timer);
      if (worker.exitCode !== null || worker.signalCode !== null) return;
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      const killer = setTimeout(() => worker.kill('SIGKILL'), graceMs);
      worker.kill('SIGTERM');
      await ended;
      clearTimeout(killer);
    },
  };
}
