/** @file A worker thread of the input pipeline: makes the batches it is asked for, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { type BatchAnswer, type BatchOrder, memoryOf, packFailure } from './batch-messages.ts';
import { BatchMaker, type BatchRecipe, createBuffers } from './make-batch.ts';

const recipe = workerData as BatchRecipe;
const maker = new BatchMaker(recipe);

function answer({ orderId, buffers = createBuffers(recipe), ...request }: BatchOrder): void {
  try {
    maker.make(request, buffers);
    parentPort?.postMessage({ orderId, buffers } satisfies BatchAnswer, memoryOf(buffers));
  } catch (thrown) {
    parentPort?.postMessage({ orderId, failure: packFailure(thrown) } satisfies BatchAnswer, []);
  }
}

parentPort?.on('message', answer);
