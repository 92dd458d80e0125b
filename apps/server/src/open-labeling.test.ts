/** @file The labeling engine with real children: pictures are decoded in one process and labels fitted in another. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import type { TintypeError } from '@tintype/contracts/errors';
import type { NextView } from '@tintype/contracts/label-assist';
import type { Workspace } from '@tintype/core/ports/workspace';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLabeling } from './open-labeling.ts';
import { anIngestedPicture } from './testing/a-server.ts';

let folder: string;
let workspace: Workspace;
const colors = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-labeling-'));
  workspace = await openWorkspace({ folder: await initWorkspace(folder) });
  for (let n = 0; n < 12; n += 1) {
    const isRed = n % 2 === 0;
    const background = { r: isRed ? 200 - n : 20 + n, g: 30 + n, b: isRed ? 20 + n : 200 - n };
    const bytes = await sharp({ create: { width: 40, height: 40, channels: 3, background } })
      .png()
      .toBuffer();
    const className = isRed ? 'red' : 'blue';
    colors.set(
      await anIngestedPicture(workspace, { bytes, path: `${n}.png`, className: n < 4 ? className : null }),
      className,
    );
  }
});

afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('pictures without a label come with the right suggestion, and nothing is left running', async () => {
  const labels = openLabeling(workspace);
  const codes = new Set<string>();
  let view: NextView | undefined;

  const ask = async (): Promise<number> => {
    view = await labels.next({ seed: 1, count: 20 }).catch((error: TintypeError) => {
      codes.add(error.code);
      return undefined;
    });
    return view?.items.length ?? 0;
  };
  try {
    await expect.poll(ask, { timeout: 25_000, interval: 200 }).toBe(8);
  } finally {
    await labels[Symbol.asyncDispose]();
  }

  expect([...codes].filter((code) => code !== 'LABELING_NOT_READY')).toEqual([]);
  const right = view?.items.filter(({ sampleId, suggestion }) => suggestion?.className === colors.get(sampleId));
  expect(right).toHaveLength(8);
});

test('an engine that was never asked has nothing to end', async () => {
  await expect(openLabeling(workspace)[Symbol.asyncDispose]()).resolves.toBeUndefined();
});
