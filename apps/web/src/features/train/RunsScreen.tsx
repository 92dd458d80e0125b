/** @file Runs: what is under way, and what was trained, to be opened or set side by side. */
import { Button } from '@mantine/core';
import type { Run } from '@tintype/contracts/train';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { bindActions } from '../../components/actions.ts';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted } from '../../components/format.ts';
import { TrainIcon } from '../../components/icons.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { isOpen } from '../../components/job-words.ts';
import { Keys } from '../../components/Keys.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useCancelJob, useJobs } from '../../components/use-jobs.ts';
import { useScope } from '../../components/use-scope.ts';
import { useWorkspace } from '../../components/use-workspace.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { trainCommands } from '../../shell/health.ts';
import screen from '../../shell/Screen.module.css';
import { useModels } from '../registry/use-registry.ts';
import { trainActions } from './actions.ts';
import { describeJob, describeLeft, jobPath } from './job-links.ts';
import { trainPaths } from './paths.ts';
import { RunTable } from './RunTable.tsx';
import { findVersionOf } from './run-words.ts';
import classes from './Train.module.css';
import { TrainHead } from './TrainHead.tsx';
import { useKeys } from './use-keys.ts';
import { useRuns } from './use-train.ts';

export function RunsScreen() {
  const { data, error, isPending: isAsking, refetch } = useRuns();
  // All at once: what came first would be pushed down by what comes later.
  const others = [useJobs().isPending, useModels().isPending];
  const isPending = isAsking || others.includes(true);
  return (
    <div className={screen.screen}>
      <TrainHead />
      {isPending ? <Waiting what="the runs" height={280} /> : <OpenJobs />}
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!isPending && data?.items.length === 0 && <NoRuns />}
      {!isPending && data && data.items.length > 0 && <Runs runs={data.items} />}
    </div>
  );
}

/** Trainings and tunings that wait or are under way. */
export function OpenJobs() {
  const { data } = useJobs();
  const cancel = useCancelJob();
  const open = data?.items.filter((job) => isOpen(job) && (job.kind === 'train' || job.kind === 'tune')) ?? [];
  // The one under way stands first, then those that wait, in their order.
  const ordered = open.toReversed().sort((a, b) => Number(b.status === 'running') - Number(a.status === 'running'));
  if (ordered.length === 0) return null;
  return (
    <section className={classes.jobs} aria-label="Under way">
      {ordered.map((job) => (
        <JobProgress
          key={job.id}
          job={job}
          title={<Link href={jobPath(job)}>{describeJob(job)}</Link>}
          onCancel={() => cancel.mutate(job.id)}
          isCancelling={cancel.isPending && cancel.variables === job.id}
        >
          {describeLeft(job)}
        </JobProgress>
      ))}
    </section>
  );
}

/** What a study or a comparison only tried has no version, and there can be hundreds of it. */
const isTrial = (run: Run, hasVersion: boolean): boolean => run.status === 'succeeded' && !hasVersion;
const shownAtFirst = 50;

function Runs({ runs }: { runs: readonly Run[] }) {
  const [, navigate] = useLocation();
  const { data: models } = useModels();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [isAll, setAll] = useState(false);
  const [hasTrials, setTrials] = useState(false);
  const versionOf = (run: Run) => findVersionOf(run.id, models?.items ?? []);
  const trials = models ? runs.filter((run) => isTrial(run, versionOf(run) !== undefined)) : [];
  const listed = hasTrials ? runs : runs.filter((run) => !trials.includes(run));
  const shown = isAll ? listed : listed.slice(0, shownAtFirst);
  const compare = (): void => {
    if (chosen.length > 1) navigate(trainPaths.compare(chosen));
  };
  const clear = (): void => setChosen([]);
  useKeys(bindActions({ compare: trainActions.compare, clear: trainActions.clear }, { compare, clear }));
  return (
    <section className={classes.card} aria-label="Runs">
      <div className={classes.cardHead}>
        <h2>{formatCounted(listed.length, 'run')}</h2>
        <span className={classes.dim}>
          {chosen.length === 0 ? 'Select two or more to set them side by side' : `${chosen.length} selected`}
        </span>
        <Button
          className={classes.end}
          size="compact-sm"
          variant="default"
          disabled={chosen.length < 2}
          onClick={compare}
          rightSection={<Keys name="c" />}
        >
          Compare
        </Button>
      </div>
      <RunTable
        runs={shown}
        versionOf={versionOf}
        chosen={chosen}
        onToggle={(id) => setChosen((ids) => (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]))}
      />
      <div className={classes.cardFoot}>
        {shown.length < listed.length && (
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
            Show all {listed.length}
          </Button>
        )}
        {trials.length > 0 && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            onClick={() => setTrials((is) => !is)}
            aria-pressed={hasTrials}
          >
            {hasTrials ? 'Hide' : 'Show'} {formatCounted(trials.length, 'run')} that tuning or comparing only tried
          </Button>
        )}
      </div>
    </section>
  );
}

function NoRuns() {
  const { data: workspace } = useWorkspace();
  const isAllowed = useScope('train');
  const labeled = workspace?.datasets.reduce((sum, { samples, unlabeled }) => sum + samples - unlabeled, 0) ?? 0;
  return (
    <EmptyState icon={<TrainIcon size={26} />} title="Nothing trained yet">
      {labeled === 0 ? (
        <>
          <p>Training needs pictures with labels. Bring some in, or label those that are there.</p>
          <Command line={trainCommands[0]} />
          <Button component={Link} href="/label" variant="default">
            Label pictures
          </Button>
        </>
      ) : (
        <>
          <p>
            {formatCounted(labeled, 'labeled picture')} to learn from. A first model takes seconds and says whether the
            labels make sense.
          </p>
          {isAllowed ? (
            <Button component={Link} href={trainPaths.start}>
              Start a training
            </Button>
          ) : (
            <Command line={trainCommands[1]} />
          )}
        </>
      )}
    </EmptyState>
  );
}
