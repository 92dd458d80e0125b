/** @file The PostgreSQL queue keeps the queue's contract, for many processes at once, and waits for no writer of the catalog. */
import { describeJobQueue, movableClock } from '@tintype/core/ports/job-queue.contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { ask, type PostgresServer, startPostgres } from '../testing/start-postgres.ts';
import { openPostgresQueue } from './open-postgres-queue.ts';

/** As a process does that writes for half a second. */
const holdWriting = 'begin; select pg_advisory_xact_lock(1953066612); select pg_sleep(0.5); commit';

const started = await startPostgres();
if (typeof started === 'string') console.warn(`Tests of the PostgreSQL queue are skipped: ${started}.`);

describe.skipIf(typeof started === 'string')('the queue on a PostgreSQL server', () => {
  const server = started as PostgresServer;
  let migrated: string;
  const aDatabase = (): Promise<string> => server.createDatabase(migrated);

  beforeAll(async () => {
    migrated = await server.createDatabase();
    await (await openPostgresQueue({ url: migrated, clock: systemClock }))[Symbol.asyncDispose]();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describeJobQueue('PostgreSQL', async (clock) => openPostgresQueue({ url: await aDatabase(), clock }));

  test('machines that lease at once get every job exactly once', async () => {
    const url = await aDatabase();
    const clock = movableClock();
    const queues = await Promise.all(Array.from({ length: 4 }, () => openPostgresQueue({ url, clock })));
    for (let i = 0; i < 40; i += 1) await queues[0]?.add({ kind: 'ingest', input: { i } });

    const leaseAll = queues.flatMap((queue, w) =>
      Array.from({ length: 15 }, () => queue.lease({ worker: `w${w}`, leaseMs: 1000 })),
    );
    const ids = (await Promise.all(leaseAll)).flatMap((job) => (job ? [job.id] : []));

    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
    for (const queue of queues) await queue[Symbol.asyncDispose]();
  });

  test('a heartbeat does not wait for a long change of the catalog', async () => {
    const url = await aDatabase();
    await using queue = await openPostgresQueue({ url, clock: systemClock });
    await queue.add({ kind: 'train', input: {} });
    const job = await queue.lease({ worker: 'w', leaseMs: 1000 });
    let isOver = false;
    const change = ask(url, holdWriting);
    const over = change.then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 150));

    const isKept = job && (await queue.renew(job, { leaseMs: 1000, progress: { done: 1 } }));

    expect([isKept, isOver]).toEqual([true, false]);
    await over;
  });
});
