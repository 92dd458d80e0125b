/** @file A training or tuning that was asked for, until its run or its study is there. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { Job } from '@tintype/contracts/job';
import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { JobProgress } from '../../components/JobProgress.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useCancelJob, useJob } from '../../components/use-jobs.ts';
import { useScope } from '../../components/use-scope.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { BackLink } from './BackLink.tsx';
import { describeJob, jobPath } from './job-links.ts';
import { trainPaths } from './paths.ts';
import classes from './Train.module.css';
import { runsKey, studiesKey } from './use-train.ts';

export function JobScreen({ id }: { id: string }) {
  const { data: job, error, refetch } = useJob(id);
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const cancel = useCancelJob();
  const isAllowed = useScope('train');
  const target = job ? jobPath(job) : undefined;
  const hasTarget = target !== undefined && target !== trainPaths.job(id);
  useEffect(() => {
    if (!hasTarget) return;
    // Lists that are not seen now must not show later what was before.
    for (const queryKey of [runsKey, studiesKey]) void client.invalidateQueries({ queryKey, refetchType: 'all' });
    navigate(target, { replace: true });
  }, [client, hasTarget, target, navigate]);
  return (
    <div className={screen.screen}>
      <div className={classes.top}>
        <BackLink
          to={job?.kind === 'tune' ? trainPaths.studies : trainPaths.runs}
          label={job?.kind === 'tune' ? 'Studies' : 'Runs'}
        />
        <h1>{job ? describeJob(job) : 'Job'}</h1>
      </div>
      {error && !job ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !job && <Waiting what="the job" height={110} />}
      {job && (
        <JobProgress
          job={job}
          title={job.kind === 'tune' ? 'Tuning' : 'Training'}
          onCancel={isAllowed ? () => cancel.mutate(id) : undefined}
          isCancelling={cancel.isPending}
        />
      )}
      {job && <After job={job} />}
    </div>
  );
}

function After({ job }: { job: Job }) {
  if (job.status === 'cancelled' || job.status === 'failed')
    return (
      <div>
        <Button component={Link} href={job.kind === 'tune' ? trainPaths.tune : trainPaths.start} variant="default">
          Start another one
        </Button>
      </div>
    );
  return (
    <p className={classes.dim}>
      You can leave this page: the job goes on, and its place in the list says how far it is. Pictures that are decoded
      now are kept for every training after this one.
    </p>
  );
}
