/** @file How current the exploration is, how far the next one is, and the button that begins it. */
import { Button } from '@mantine/core';
import type { ExploreView } from '@tintype/contracts/explore';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatTime } from '../../components/format.ts';
import { ExploreIcon, RetryIcon } from '../../components/icons.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { describeStage, isOpen } from '../../components/job-words.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useScope } from '../../components/use-scope.ts';
import classes from './ExploreStatus.module.css';
import { useStartExploration } from './use-exploration.ts';

/** In one line, beside the parts. */
export function ExploreStatus({ view }: { view: ExploreView }) {
  const { mutate, isPending } = useStartExploration(view.dataset);
  const isAllowed = useScope('label');
  const { report, job, isStale } = view;
  if (!report) return null;
  if (job && isOpen(job)) {
    const { words, note } = describeStage(job.progress);
    return (
      <output className={classes.line}>
        {job.status === 'queued' ? 'Waiting for its turn' : [words, note].filter(Boolean).join(' · ')}
      </output>
    );
  }
  return (
    <div className={classes.line}>
      <output data-stale={isStale || undefined}>
        {job?.status === 'failed'
          ? `Exploring failed: ${job.error?.detail ?? ''}`
          : isStale
            ? 'Pictures or labels changed since'
            : `As of ${formatTime(report.at)}`}
      </output>
      {isAllowed && (
        <Button
          size="compact-sm"
          variant={isStale ? 'light' : 'default'}
          loading={isPending}
          leftSection={<RetryIcon size={14} />}
          onClick={() => mutate()}
        >
          Explore again
        </Button>
      )}
    </div>
  );
}

/** Nothing was explored yet, or the first exploration is under way. */
export function FirstExploration({ view }: { view: ExploreView }) {
  const { mutate, isPending, error } = useStartExploration(view.dataset);
  const isAllowed = useScope('label');
  const { job } = view;
  if (job && isOpen(job))
    return (
      <div className={classes.first}>
        <JobProgress job={job} title={`Exploring ${view.dataset}`}>
          You can go on meanwhile.
        </JobProgress>
      </div>
    );
  return (
    <div className={classes.first}>
      <EmptyState icon={<ExploreIcon size={26} />} title={`${view.dataset} was not explored yet`}>
        <p>
          Every picture is measured once, compared with the others and laid out on a map: what is there twice, what is
          dark or blurred, which labels are probably wrong. Nothing is changed.
        </p>
        {isAllowed ? (
          <Button loading={isPending} onClick={() => mutate()}>
            Explore {view.dataset}
          </Button>
        ) : (
          <p>Who may label can begin it.</p>
        )}
      </EmptyState>
      {job?.status === 'failed' && <JobProgress job={job} title={`Exploring ${view.dataset}`} />}
      {error && <ProblemNotice error={error} onRetry={() => mutate()} />}
    </div>
  );
}
