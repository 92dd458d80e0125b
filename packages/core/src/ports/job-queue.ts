/** @file Work for a worker: leased, renewed, finished once. A worker that dies loses its lease, and its job is taken over. */
import type { Job } from '@tintype/contracts/job';

export interface LeasedJob extends Job {
  /** Fencing token: writes with an old one are refused. */
  lease: string;
}

export interface JobQueue {
  add(job: Pick<Job, 'kind' | 'input'>): Promise<Job>;
  /** The oldest job that nobody holds, or undefined. */
  lease(options: { worker: string; leaseMs: number }): Promise<LeasedJob | undefined>;
  /** Extends the lease; false when it was lost, and then the worker must stop. */
  renew(job: LeasedJob, options: { leaseMs: number; progress?: Record<string, unknown> }): Promise<boolean>;
  /** False when the lease was lost: the outcome is then not recorded. */
  finish(
    job: LeasedJob,
    end: { result: Record<string, unknown> } | { error: NonNullable<Job['error']> },
  ): Promise<boolean>;
  /** Ends a job that has not ended; whoever holds it loses its lease. One that has ended stays as it is. Throws JOB_NOT_FOUND. */
  cancel(jobId: string): Promise<Job>;
  /** Throws JOB_NOT_FOUND. */
  get(jobId: string): Promise<Job>;
  /** Newest first, at most 100. */
  list(): Promise<Job[]>;
}
