/** @file Backups as the page shows them, and the one that is asked for there. */
import type { BackupJob, BackupsView } from '@tintype/contracts/backup';
import type { Job } from '@tintype/contracts/job';
import type { JobQueue } from '../ports/job-queue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { pageBackups } from './list-backups.ts';

export interface ViewNeeds {
  place: ObjectStore;
  /** Address of the place. */
  placeName: string;
  queue: Pick<JobQueue, 'list'>;
}

/** The newest `limit`, and the one that waits or is made now. */
export async function viewBackups(
  { place, placeName, queue }: ViewNeeds,
  { limit }: { limit: number },
): Promise<BackupsView> {
  // Before the list: one that ends meanwhile is then in it, or is asked for again.
  const jobs = await queue.list({ kind: 'backup' });
  const page = await pageBackups({ place }, { limit });
  const job = jobs.find(({ status }) => status === 'queued' || status === 'running');
  return { place: placeName, ...page, job: job ?? null };
}

/** The backup that waits or is made already, or a new one: two at once would only read the same twice. */
export async function startBackup({ queue }: { queue: Pick<JobQueue, 'add'> }, input: BackupJob): Promise<Job> {
  return queue.add({ kind: 'backup', input, singletonKey: 'backup' });
}
