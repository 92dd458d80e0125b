/** @file The SQLite queue keeps the queue's contract, and keeps jobs over a restart. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJobQueue } from '@tintype/core/ports/job-queue.contract';
import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { openSqliteQueue } from './open-sqlite-queue.ts';

const aPath = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'tintype-queue-')), 'catalog.sqlite');

describeJobQueue('SQLite', async (clock) => openSqliteQueue({ path: await aPath(), clock }));

test('a job outlives the process that added it', async () => {
  const path = await aPath();
  const first = await openSqliteQueue({ path, clock: systemClock });
  const added = await first.add({ kind: 'train', input: { seed: 1 } });
  await first[Symbol.asyncDispose]();

  await using second = await openSqliteQueue({ path, clock: systemClock });

  expect(await second.lease({ worker: 'w', leaseMs: 1000 })).toMatchObject({ id: added.id, input: { seed: 1 } });
});
