/** @file The worker threads of an input pipeline: requests go to the least busy one, buffers go round. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { TintypeError } from '@tintype/contracts/errors';
import { type BatchAnswer, type BatchOrder, memoryOf, unpackFailure } from './batch-messages.ts';
import type { BatchBuffers, BatchRecipe, BatchRequest } from './make-batch.ts';

/** Threads always run built code, also where this module runs from sources. */
const entry = fileURLToPath(new URL('../../../dist/train/input-pipeline/batch-worker.js', import.meta.url));

interface Settler {
  resolve: (buffers: BatchBuffers) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  waiting: number;
}

/** Threads start at once; a thread that dies ends them all. */
export class BatchThreads implements AsyncDisposable {
  readonly #threads: Thread[];
  readonly #settlers = new Map<number, Settler>();
  readonly #spare: BatchBuffers[] = [];
  #orderCount = 0;
  #ended: { error: unknown } | undefined;

  constructor(recipe: BatchRecipe, count: number) {
    this.#threads = Array.from({ length: count }, () => this.#start(recipe));
  }

  /** Rejects with what making it threw, or with why the threads ended. Nobody need be waiting when it does. */
  make(request: BatchRequest): Promise<BatchBuffers> {
    const made = new Promise<BatchBuffers>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended.error);
      const thread = this.#threads.reduce((least, next) => (next.waiting < least.waiting ? next : least));
      const buffers = this.#spare.pop();
      const order: BatchOrder = { ...request, orderId: this.#orderCount++, ...(buffers ? { buffers } : {}) };
      this.#settlers.set(order.orderId, { resolve, reject });
      thread.waiting += 1;
      thread.worker.postMessage(order, buffers ? memoryOf(buffers) : []);
    });
    made.catch(() => undefined);
    return made;
  }

  /** Takes buffers back; the arrays are empty once they are on their way. */
  reuse(buffers: BatchBuffers): void {
    if (buffers.x.length > 0 && buffers.targets.length > 0)
      this.#spare.push({ x: buffers.x, targets: buffers.targets });
  }

  /** Rejects everything asked and to be asked. */
  end(error: unknown): void {
    this.#ended ??= { error };
    for (const { reject } of this.#settlers.values()) reject(this.#ended.error);
    this.#settlers.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end(new TintypeError('CANCELLED', {}));
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(recipe: BatchRecipe): Thread {
    const worker = new Worker(entry, { workerData: recipe, execArgv: [] });
    const thread: Thread = { worker, waiting: 0 };
    worker.on('message', (answer: BatchAnswer) => {
      thread.waiting -= 1;
      const settler = this.#settlers.get(answer.orderId);
      this.#settlers.delete(answer.orderId);
      if ('buffers' in answer) settler?.resolve(answer.buffers);
      else settler?.reject(unpackFailure(answer.failure));
    });
    worker.on('error', (error) => this.end(error));
    worker.on('exit', (code) => this.end(new Error(`A thread of the input pipeline ended with code ${code}.`)));
    return thread;
  }
}
