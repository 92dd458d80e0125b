/** @file A thread that hashes the file it is given, piece by piece: a second copy of a large model in memory would be one too many. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const hash = createHash('sha256');
const piece = new Uint8Array(2 ** 20);
const file = openSync(workerData as string, 'r');
try {
  for (let count = readSync(file, piece); count > 0; count = readSync(file, piece))
    hash.update(piece.subarray(0, count));
} finally {
  closeSync(file);
}
parentPort?.postMessage(hash.digest('hex'), []);
