/** @file Work that a second process must not do meanwhile: it holds a job of the queue for as long as it lasts. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Clock } from '../ports/clock.ts';
import type { JobQueue } from '../ports/job-queue.ts';

/** No machine is called so: whoever began the work is the only one who does it. */
const noMachine = '(the command that began it)';
const beatMs = 1000;
const leaseMs = 15_000;

export interface AloneNeeds {
  queue: Pick<JobQueue, 'add' | 'lease' | 'renew' | 'finish' | 'remove'>;
  clock: Clock;
}

/**
 * Of any number of processes, one works on what has the key. One that died is succeeded after 15 s. The signal given to `work` is aborted when the
 * process stood still for longer than that and another may have begun. Throws SYNC_RUNNING where somebody works on it, and what `work` throws.
 */
export async function holdAlone<T>(
  { queue, clock }: AloneNeeds,
  { place, dataset, signal }: { place: string; dataset: string; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { id } = await queue.add({
    kind: 'sync',
    input: { place, dataset },
    singletonKey: `sync ${dataset} ${place}`,
    machine: noMachine,
  });
  const job = await queue.lease({ worker: clock.newId('worker'), leaseMs, job: id });
  if (!job) throw new TintypeError('SYNC_RUNNING', { place, dataset, job: id });
  const lost = new AbortController();
  const beat = async (): Promise<void> => {
    if (!(await queue.renew(job, { leaseMs }))) lost.abort();
  };
  // A missed beat is no harm: the lease outlives many.
  const heart = setInterval(() => void beat().catch(() => undefined), beatMs);
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(heart);
    // What it came to is told by the command; the row was there to be the only one.
    if (await queue.finish(job, { result: {} }).catch(() => false)) await queue.remove(id).catch(() => undefined);
  }
}
