/** @file SHA-256 of a large file on a thread of its own, while this one does what takes as long: loading a model. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Threads always run built code, also where this module runs from sources. */
const entry = fileURLToPath(new URL('../../dist/model/hash-worker.js', import.meta.url));

/** In hexadecimal. Throws what reading the file throws. */
export function computeFileHash(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: path, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
