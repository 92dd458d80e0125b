/** @file Jobs that are parts of a job: added, counted and forgotten under the lease of the whole. */
import { type Job, jobStatuses } from '@tintype/contracts/job';
import type { JobQueue, LeasedJob, PartCounts } from '@tintype/core/ports/job-queue';
import { inChunks, type StoreContext, type Write, write } from '../catalog/context.ts';
import { type JobRow, toJob } from './job-rows.ts';

const chunkOfParts = 100;

export function createParts(
  context: StoreContext,
): Pick<JobQueue, 'addParts' | 'countParts' | 'listParts' | 'removeParts'> {
  const { db, clock } = context;
  return {
    addParts: (parent, parts) =>
      write(context, async (trx) => {
        const held = await findHeld(trx, parent);
        if (!held) return false;
        await inChunks(parts, chunkOfParts, (chunk) =>
          trx
            .insertInto('jobs')
            .values(
              chunk.map(({ kind, input, size }) => ({
                id: clock.newId('job'),
                kind,
                input: JSON.stringify(input),
                status: 'queued',
                attempts: 0,
                priority: held.priority,
                machine: held.machine,
                parent: parent.id,
                size,
                created_at: clock.now(),
              })),
            )
            .execute(),
        );
        return true;
      }),
    async countParts(parentId) {
      const rows = await db
        .selectFrom('jobs')
        .select((eb) => ['status', eb.fn.countAll<number>().as('jobs'), eb.fn.sum<number>('size').as('size')])
        .where('parent', '=', parentId)
        .groupBy('status')
        .execute();
      const counts = Object.fromEntries(jobStatuses.map((status) => [status, { jobs: 0, size: 0 }])) as PartCounts;
      for (const { status, jobs, size } of rows) counts[status as Job['status']] = { jobs, size };
      return counts;
    },
    async listParts(parentId, { status, after, newestFirst = false, limit }) {
      let parts = db.selectFrom('jobs').selectAll().where('parent', '=', parentId);
      if (status) parts = parts.where('status', '=', status);
      if (after !== undefined)
        parts = parts.where('sequence', '>', (eb) =>
          eb.selectFrom('jobs').select('sequence').where('id', '=', after).where('parent', '=', parentId),
        );
      return (
        await parts
          .orderBy('sequence', newestFirst ? 'desc' : 'asc')
          .limit(limit)
          .execute()
      ).map(toJob);
    },
    removeParts: (parent) =>
      write(context, async (trx) => {
        if (!(await findHeld(trx, parent))) return false;
        await trx.deleteFrom('jobs').where('parent', '=', parent.id).execute();
        return true;
      }),
  };
}

/** Its row, kept as it is until the transaction ends; undefined where the lease was lost. */
async function findHeld(trx: Write, job: LeasedJob): Promise<JobRow | undefined> {
  const touched = trx.updateTable('jobs').set({ lease: job.lease });
  return touched.where('id', '=', job.id).where('lease', '=', job.lease).returningAll().executeTakeFirst();
}
