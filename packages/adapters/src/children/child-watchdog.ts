/** @file A thread of each child that ends the process when it grows too large or its parent is gone, even while native code blocks it. */
import { workerData } from 'node:worker_threads';
import { memorySignal } from './messages.ts';

const { memoryBytes, parentId } = workerData as { memoryBytes: number; parentId: number };

setInterval(() => {
  if (process.ppid !== parentId) process.kill(process.pid, 'SIGKILL');
  if (process.memoryUsage.rss() > memoryBytes) process.kill(process.pid, memorySignal);
}, 100);
