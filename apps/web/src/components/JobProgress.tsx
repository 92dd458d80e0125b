/** @file A job of any kind while it runs: what it does, how far it is, and a way to end it. */
import { Button } from '@mantine/core';
import type { Job } from '@tintype/contracts/job';
import { type ReactNode, useEffect, useState } from 'react';
import { Command } from './Command.tsx';
import { formatShare } from './format.ts';
import { Hint } from './Hint.tsx';
import classes from './JobProgress.module.css';
import { describeStage, isOpen, statusWords } from './job-words.ts';
import { useJobs } from './use-jobs.ts';

export interface JobProgressProps {
  job: Job;
  /** What it is for: `Training mobilenet-v2`. */
  title: ReactNode;
  /** More to say of where it stands, such as the time left. */
  children?: ReactNode;
  /** Absent where the reader may not end it. */
  onCancel?: (() => void) | undefined;
  isCancelling?: boolean;
}

/** How long a job waits before the page doubts that anybody works. */
const patienceMs = 8000;

export function JobProgress({ job, title, children, onCancel, isCancelling = false }: JobProgressProps) {
  const stage = describeStage(job.progress);
  const isRunning = job.status === 'running';
  return (
    <section className={classes.job} aria-label={typeof title === 'string' ? title : 'Job'} data-status={job.status}>
      <div className={classes.head}>
        <span className={classes.title}>{title}</span>
        <span className={classes.status}>{isRunning ? stage.words : statusWords[job.status]}</span>
        {onCancel && isOpen(job) && (
          <Button
            className={classes.cancel}
            size="compact-sm"
            variant="default"
            loading={isCancelling}
            onClick={onCancel}
          >
            Cancel
          </Button>
        )}
      </div>
      {isOpen(job) && (
        <ProgressBar label={isRunning ? stage.words : statusWords.queued} share={isRunning ? stage.share : 0} />
      )}
      <div className={classes.foot}>
        <span>{isRunning ? stage.note : ''}</span>
        <span>{children}</span>
      </div>
      {job.status === 'queued' && <Waiting job={job} />}
      {job.error && job.status === 'failed' && (
        <p className={classes.error} role="alert">
          {job.error.detail} <Hint text={job.error.hint} />
        </p>
      )}
    </section>
  );
}

/** Without a share it moves, or stands still where the system asks for no motion. */
export function ProgressBar({ share, label }: { share: number | undefined; label: string }) {
  return (
    <div
      className={classes.bar}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- browsers draw their own in ways that cannot be changed alike.
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(share === undefined
        ? {}
        : { 'aria-valuenow': Math.round(share * 100), 'aria-valuetext': formatShare(share, 0) })}
      data-open={share === undefined ? true : undefined}
    >
      <span style={{ width: share === undefined ? '100%' : `${share * 100}%` }} />
    </div>
  );
}

/** Jobs are done one after the other, by a worker that may not be there. */
function Waiting({ job }: { job: Job }) {
  const { data } = useJobs();
  const [isLong, setLong] = useState(false);
  const { createdAt } = job;
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), Math.max(0, createdAt + patienceMs - Date.now()));
    return () => clearTimeout(timer);
  }, [createdAt]);
  const isBusy = data?.items.some(({ status }) => status === 'running') ?? false;
  if (isBusy) return <p className={classes.waiting}>It begins when the job that is under way is done.</p>;
  if (!isLong) return null;
  return (
    <div className={classes.waiting}>
      <span>Nobody works on it: the server was started without a worker. Start it with</span>
      <Command line="npx tintype start" />
    </div>
  );
}
