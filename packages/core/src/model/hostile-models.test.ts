/** @file Hostile model files as backbones, through real child processes: refused in time and in little memory. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { onnxModel, onnxNode, onnxValue } from '@tintype/autograd/onnx/build-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskPool } from '../ports/task-pool.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import { resolveBackbone } from './resolve-backbone.ts';

const root = resolve(import.meta.dirname, '../../../..');
const folder = join(process.env.TINTYPE_SHARED ?? join(root, '../shared'), 'models/hostile');
const isThere = existsSync(folder);
const files = isThere ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];
const reason = isThere ? '' : ' (skipped: ../shared/models/hostile is not here)';

let pool: TaskPool<PictureTasks>;

beforeAll(async () => {
  pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks', size: 1, memoryMb: 512 });
});
afterAll(() => pool[Symbol.asyncDispose]());

const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };

test.skipIf(!isThere)(`no hostile model file becomes a backbone${reason}`, async () => {
  const accepted: string[] = [];
  const slow: string[] = [];
  for (const file of files.filter((name) => name !== 'good.onnx')) {
    const startedAt = performance.now();
    const code = await resolveBackbone({ hub, pool }, join(folder, file)).then(
      () => 'none',
      (error: unknown) => (error instanceof TintypeError ? error.code : `other: ${String(error)}`),
    );
    if (code !== 'ONNX_INVALID') accepted.push(`${file}: ${code}`);
    if (performance.now() - startedAt > 10_000) slow.push(file);
  }

  expect(files.length).toBeGreaterThan(20);
  expect(accepted).toEqual([]);
  expect(slow).toEqual([]);
});

test('a model that doubles its memory at every step loses its process, not this one', async () => {
  const steps = Array.from({ length: 26 }, (_, n) => n);
  const bomb = onnxModel({
    name: 'bomb',
    inputs: [onnxValue('pixels', 'float32', ['N', 3, 64, 64])],
    outputs: [onnxValue('features', 'float32', ['N', 'D'])],
    nodes: [
      ...steps.map((n) =>
        onnxNode('Concat', [n === 0 ? 'pixels' : `t${n}`, n === 0 ? 'pixels' : `t${n}`], [`t${n + 1}`], { axis: 1 }),
      ),
      onnxNode('GlobalAveragePool', [`t${steps.length}`], ['pooled']),
      onnxNode('Flatten', ['pooled'], ['features'], { axis: 1 }),
    ],
  });
  const own = mkdtempSync(join(tmpdir(), 'tintype-bomb-'));
  writeFileSync(join(own, 'bomb.onnx'), renderOnnx(bomb));

  const resolving = resolveBackbone({ hub, pool }, join(own, 'bomb.onnx'));

  await expect(resolving).rejects.toMatchObject({ code: 'BACKBONE_INVALID' });
  expect(process.memoryUsage().rss).toBeLessThan(1.5 * 2 ** 30);
  rmSync(own, { recursive: true });
});
