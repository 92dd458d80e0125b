/** @file The worker that runs a model by onnxruntime-web: fetches the graph, decodes, prepares, answers. One at a time. */
import type { BundleManifest } from '@tintype/contracts/model';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { dropAlpha, makeInput } from './make-input.ts';
import type { FromWorker, ToWorker } from './messages.ts';

env.wasm.wasmPaths = { wasm: wasmUrl };
// More threads need shared memory, which needs headers that would keep other pages' pictures out.
env.wasm.numThreads = 1;

interface Open {
  session: InferenceSession;
  manifest: BundleManifest;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- whoever made a worker is who hears it.
const say = (message: FromWorker): void => globalThis.postMessage(message);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let opened: Open | undefined;
let work: Promise<void> = Promise.resolve();

globalThis.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  work = work.then(() => (data.kind === 'open' ? open(data) : classify(data)));
});

async function open({ graphUrl, manifest }: Extract<ToWorker, { kind: 'open' }>): Promise<void> {
  try {
    const graph = await fetchGraph(graphUrl);
    const session = await InferenceSession.create(graph, { executionProviders: ['wasm'] });
    opened = { session, manifest };
    say({ kind: 'opened' });
  } catch (error) {
    say({ kind: 'failed', reason: reasonOf(error) });
  }
}

async function fetchGraph(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} for the model`);
  const totalBytes = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let loadedBytes = 0;
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    loadedBytes += read.value.length;
    say({ kind: 'loading', loadedBytes, totalBytes });
  }
  const graph = new Uint8Array(loadedBytes);
  let at = 0;
  for (const part of parts) {
    graph.set(part, at);
    at += part.length;
  }
  return graph;
}

async function classify({ id, file }: Extract<ToWorker, { kind: 'classify' }>): Promise<void> {
  const startedAt = performance.now();
  try {
    if (!opened) throw new Error('no model is open');
    const { session, manifest } = opened;
    const { data, dims } = makeInput(await decode(file), manifest);
    const { probabilities } = await session.run({ [manifest.input.name]: new Tensor('float32', data, dims) }, [
      'probabilities',
    ]);
    const values = probabilities?.data;
    if (!(values instanceof Float32Array)) throw new Error('the model gave no probabilities');
    const named = Object.fromEntries(manifest.classes.map((name, k) => [name, values[k] ?? 0]));
    say({ kind: 'answer', id, probabilities: named, durationMs: performance.now() - startedAt });
  } catch (error) {
    say({ kind: 'refused', id, reason: reasonOf(error) });
  }
}

/** Upright, sRGB, alpha over white, as on the server. */
async function decode(file: Blob) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser has no canvas for workers');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return dropAlpha(context.getImageData(0, 0, width, height));
}
