/** @file The served model opened in this browser: a worker that answers. Loaded only when somebody asks for it. */
import { bundleGraphUrl, getBundleManifest } from '../../../api/model.ts';
import { findObstacle } from './make-input.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import type { LocalAnswer } from './parity.ts';

export interface BrowserModel extends Disposable {
  model: string;
  version: number;
  /** Gates that the server judges and this does not. */
  gates: number;
  /** Rejects with the reason where this browser cannot decode the picture. */
  classify(file: Blob): Promise<LocalAnswer>;
}

export interface OpenBrowserModelOptions {
  model: string;
  version: number;
  /** `totalBytes` is 0 where it is not known. */
  onProgress: (loadedBytes: number, totalBytes: number) => void;
}

/** Rejects with ProblemError where the server has no such model, and with the reason where it cannot run here. */
export async function openBrowserModel({ model, version, onProgress }: OpenBrowserModelOptions): Promise<BrowserModel> {
  const manifest = await getBundleManifest(model, version);
  const obstacle = findObstacle(manifest);
  if (obstacle) throw new Error(`This model cannot run in a browser: ${obstacle}.`);
  const worker = new Worker(new URL('./model-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { resolve: (answer: LocalAnswer) => void; reject: (error: Error) => void }>();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name.
  const send = (message: ToWorker): void => worker.postMessage(message);
  let last = 0;

  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('error', (event) => reject(new Error(event.message || 'Its worker did not start.')));
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      switch (data.kind) {
        case 'loading':
          return onProgress(data.loadedBytes, data.totalBytes);
        case 'opened':
          return resolve();
        case 'failed':
          return reject(new Error(data.reason));
        case 'answer':
          waiting.get(data.id)?.resolve({ probabilities: data.probabilities, durationMs: data.durationMs });
          return void waiting.delete(data.id);
        case 'refused':
          waiting.get(data.id)?.reject(new Error(data.reason));
          return void waiting.delete(data.id);
        default:
          return data satisfies never;
      }
    });
    send({ kind: 'open', graphUrl: bundleGraphUrl(model, version), manifest });
  }).catch((error: unknown) => {
    worker.terminate();
    throw error;
  });

  return {
    model,
    version,
    gates: manifest.gates?.length ?? 0,
    classify(file) {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        send({ kind: 'classify', id, file });
      });
    },
    [Symbol.dispose]() {
      worker.terminate();
      for (const { reject } of waiting.values()) reject(new Error('The model was closed.'));
    },
  };
}
