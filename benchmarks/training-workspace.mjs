/** @file A workspace with pictures of ../shared/data, and a training in it as the command line would do it: for benchmarks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTrainer } from '@tintype/adapters/children/create-trainer';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { ingestOptionsSchema } from '@tintype/contracts/ingest';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';
import { trainAndRegister } from '@tintype/core/registry/train-and-register';
import { shared } from './pictures.mjs';

/** Ingests `../shared/data/SET` with its folders as classes; gone when disposed. */
export async function openTrainingWorkspace(set) {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-'));
  const workspace = await openWorkspace({ folder: await initWorkspace(folder) });
  const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks' });
  const { catalog, store, clock, hub, runFolders, config } = workspace;
  const { limits } = config;
  await ingestPictures(
    { catalog, store, clock, pool, openSource: openPictureSource },
    { ...ingestOptionsSchema.parse({ sources: [join(shared, 'data', set)], dataset: set, labels: 'folder' }), limits },
  );
  const trainer = createTrainer({ tasks: '@tintype/core/train/trainer-tasks' });
  const needs = { catalog, store, hub, clock, pool, runFolders, trainer };
  return {
    /** What use cases need. */
    needs: { catalog, store, clock, pool },
    /** Options as the command line names them; lines for each epoch go to stderr. */
    async train(options) {
      const startedAt = performance.now();
      const request = trainOptionsSchema.parse({ dataset: set, ...options });
      const epochs = [];
      const { summary } = await trainAndRegister(needs, {
        ...request,
        limits,
        by: 'bench',
        promote: 'never',
        onEvent: (event) => {
          if (event.type !== 'epoch') return;
          epochs.push(event);
          const parts = [event.trainLoss, event.validationLoss, event.validationAccuracy].map((x) => x.toFixed(3));
          console.error(`  ${event.epoch}/${event.epochs} ${parts.join(' ')} ${Math.round(event.picturesPerSecond)}/s`);
        },
      });
      const idle = epochs.reduce((most, { idleShare }) => Math.max(most, idleShare), 0);
      return { summary, durationMs: performance.now() - startedAt, epochs: epochs.length, idle };
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
