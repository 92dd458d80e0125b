/** @file A thread of each child that ends the process when it grows too large or its parent is gone, even while native code blocks it. */
import { workerData } from 'node:worker_threads';
import { endChild } from './end-child.ts';
import { memorySignal } from './messages.ts';

const { memoryBytes, parentId, folder } = workerData as { memoryBytes: number; parentId: number; folder: string };

setInterval(() => {
  if (process.ppid !== parentId) endChild(folder);
  if (process.memoryUsage.rss() > memoryBytes) process.kill(process.pid, memorySignal);
}, 100);
