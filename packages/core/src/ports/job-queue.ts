/** @file Work for a worker: leased, renewed, finished once. A worker that dies loses its lease, and its job is taken over. */
import type { Job } from '@tintype/contracts/job';

export interface NewJob extends Pick<Job, 'kind' | 'input'> {
  /** Of jobs that wait, the highest comes first, of equals the oldest; default 0. */
  priority?: number;
  /** While a job with this key has not ended, that one is given back instead of a new one; default none. */
  singletonKey?: string;
  /** The only machine whose workers get it; default any. Its parts are kept to it as well. */
  machine?: string;
}

/** A part of a job: of its priority and for its machine. */
export interface NewPart extends Pick<Job, 'kind' | 'input'> {
  /** How much of the whole it is, in whatever the whole is counted in. */
  size: number;
}

export interface LeasedJob extends Job {
  /** Fencing token: writes with an old one are refused. */
  lease: string;
}

export interface LeaseOptions {
  worker: string;
  leaseMs: number;
  /** Name of the machine that asks; jobs of other machines are passed over unless they are asked for by name. */
  machine?: string;
  /** Only this job. */
  job?: string;
  /** Only parts of this job. */
  partOf?: string;
}

/** Parts of a job by where they stand. */
export type PartCounts = Record<Job['status'], { jobs: number; size: number }>;

export interface JobQueue {
  add(job: NewJob): Promise<Job>;
  /**
   * Whose lease has run out first, then those that wait: the highest priority, of equals the oldest. Undefined where there is none. A job
   * that was begun three times and never handed back ends with JOB_ABANDONED instead.
   */
  lease(options: LeaseOptions): Promise<LeasedJob | undefined>;
  /** Extends the lease; false when it was lost, and then the worker must stop. */
  renew(job: LeasedJob, options: { leaseMs: number; progress?: Record<string, unknown> }): Promise<boolean>;
  /** False when the lease was lost: the outcome is then not recorded. */
  finish(
    job: LeasedJob,
    end: { result: Record<string, unknown> } | { error: NonNullable<Job['error']> },
  ): Promise<boolean>;
  /**
   * Lets go of a job that has not ended: at once and as if it had not been begun, or with the `error` that kept it from its end, not to be
   * begun again for `afterMs`. False when the lease was lost.
   */
  release(job: LeasedJob, because?: { error: NonNullable<Job['error']>; afterMs: number }): Promise<boolean>;
  /** Ends a job that has not ended, with its parts; whoever holds it loses its lease. One that has ended stays as it is. Throws JOB_NOT_FOUND. */
  cancel(jobId: string): Promise<Job>;
  /**
   * Begins a failed or cancelled job anew, with those of its parts that failed or were cancelled; what it had told last is kept for who gets it. Throws
   * JOB_NOT_FOUND, and JOB_NOT_ENDED for one that waits, runs or succeeded or whose singleton key another has meanwhile.
   */
  retry(jobId: string): Promise<Job>;
  /** Forgets a job that has ended, with its parts. Throws JOB_NOT_FOUND, JOB_NOT_ENDED. */
  remove(jobId: string): Promise<void>;
  /** Throws JOB_NOT_FOUND. */
  get(jobId: string): Promise<Job>;
  /** Newest first, at most 100; parts are left out. */
  list(query?: { status?: Job['status']; kind?: Job['kind'] }): Promise<Job[]>;

  /** Adds parts to a job that is held, all or none; false when the lease was lost. */
  addParts(parent: LeasedJob, parts: readonly NewPart[]): Promise<boolean>;
  countParts(parentId: string): Promise<PartCounts>;
  /** In the order in which they were added or, with `newestFirst`, the other way; at most `limit` of them, those added after the part `after`. */
  listParts(
    parentId: string,
    query: { status?: Job['status']; after?: string; newestFirst?: boolean; limit: number },
  ): Promise<Job[]>;
  /** Forgets the parts of a job that is held; false when the lease was lost. */
  removeParts(parent: LeasedJob): Promise<boolean>;
}
