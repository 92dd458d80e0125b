/** @file For tests: a workspace with histogram models made by hand, and pictures to ask them about. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { Gate } from '@tintype/contracts/gate';
import type { ModelVersion } from '@tintype/contracts/registry';
import { renderBundle, storeBundle } from '@tintype/core/model/bundle';
import { histogramBackbone } from '@tintype/core/model/histogram-backbone';
import type { Workspace } from '@tintype/core/ports/workspace';

export const classes = ['dark', 'light'];

export interface ServedWorkspace extends AsyncDisposable {
  folder: string;
  workspace: Workspace;
  /** Stores a model whose answer is the bias alone, with gates of its own, and makes it the champion. */
  publish(bias: readonly [number, number], gates?: Gate[]): Promise<ModelVersion>;
}

export async function aServedWorkspace(): Promise<ServedWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-served-'));
  const workspace = await openWorkspace({ folder: await initWorkspace(folder), needs: ['catalog', 'store', 'queue'] });
  return {
    folder,
    workspace,
    publish: (bias, gates) => publish(workspace, bias, gates),
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function publish(
  workspace: Workspace,
  bias: readonly [number, number],
  gates: Gate[] = [],
): Promise<ModelVersion> {
  const { dimensions } = histogramBackbone;
  const zeros = new Float32Array(dimensions);
  const metrics = {
    accuracy: 0.9,
    accuracyInterval: [0.8, 0.95] as [number, number],
    balancedAccuracy: 0.9,
    macroF1: 0.9,
  };
  const at = workspace.clock.now();
  const head = { mean: zeros, scale: zeros.map(() => 1), weights: new Float32Array(2 * dimensions), bias };
  const bundle = renderBundle({
    manifest: {
      model: 'shades',
      classes,
      backbone: histogramBackbone,
      input: { name: 'features', kind: 'features' },
      head: { kind: 'logistic', hyperparameters: {} },
      calibration: { method: 'temperature', temperature: 1 },
      gates,
      snapshot: 'snap_0123456789abcdef',
      run: 'run_1',
      seed: 1,
      metrics,
      createdAt: at,
      versions: {},
    },
    graph: renderOnnx(renderLinearHead(head)),
    parity: { tolerance: 1e-5, samples: [] },
    card: '# shades\n',
  });
  await storeBundle(workspace.store, bundle);
  const { kind, name } = histogramBackbone;
  return workspace.catalog.registry.publish(
    {
      model: 'shades',
      bundleHash: bundle.bundleHash,
      run: 'run_1',
      snapshot: 'snap_0123456789abcdef',
      classes,
      backbone: { kind, name, dimensions },
      head: 'logistic',
      sizeBytes: bundle.sizeBytes,
      createdAt: at,
      ...metrics,
    },
    {
      alias: 'champion',
      by: 'test',
      evaluation: {
        id: workspace.clock.newId('eval'),
        on: 'snap_0123456789abcdef/test',
        samples: 0,
        classes: [],
        confusion: [],
        calibration: { before: 0, after: 0, temperature: 1 },
        mistakes: [],
        durationMs: 0,
        at,
        ...metrics,
      },
    },
  );
}

/** A valid PNG of one color. */
export function aPicture({ widthPx = 64, heightPx = 64, color = [200, 120, 40] } = {}): Uint8Array<ArrayBuffer> {
  const row = Buffer.from([0, ...Array.from({ length: widthPx }, () => color).flat()]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: heightPx }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Uint8Array.from(
    Buffer.concat([signature, pngChunk('IHDR', header), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))]),
  );
}

function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(content.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body) >>> 0, 4 + body.length);
  return frame;
}
