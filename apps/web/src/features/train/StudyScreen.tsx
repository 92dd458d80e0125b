/** @file One study: best so far, where trials lie in the space, which parameters mattered, and every trial. */
import { Button, NativeSelect } from '@mantine/core';
import type { StudyView } from '@tintype/contracts/api';
import type { StudyReport } from '@tintype/contracts/tune';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { Command } from '../../components/Command.tsx';
import { Curves } from '../../components/Curves.tsx';
import { formatCounted, formatShare, formatShareWithInterval, formatSpan } from '../../components/format.ts';
import { ProgressBar } from '../../components/JobProgress.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useAddJob, useCancelJob } from '../../components/use-jobs.ts';
import { useScope } from '../../components/use-scope.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { BackLink } from './BackLink.tsx';
import { ImportanceBars } from './ImportanceBars.tsx';
import { ParallelCoordinates } from './ParallelCoordinates.tsx';
import { trainPaths } from './paths.ts';
import runScreen from './RunScreen.module.css';
import { StatusMark } from './StatusMark.tsx';
import classes from './StudyScreen.module.css';
import { bestSoFar, describeBranch, describeRest, endWords, layOut, listBranches, metricWords } from './study-words.ts';
import train from './Train.module.css';
import { TrialTable } from './TrialTable.tsx';
import { useStudy } from './use-train.ts';

export function StudyScreen({ name }: { name: string }) {
  const { data, error, refetch } = useStudy(name);
  return (
    <div className={screen.screen}>
      <div className={train.top}>
        <BackLink to={trainPaths.studies} label="Studies" />
        <div className={train.title}>
          <h1>{name}</h1>
          {data && <State view={data} />}
          <div className={train.end}>{data && <Controls view={data} />}</div>
        </div>
        <p className={train.dim}>{data ? describe(data.report) : '\u00a0'}</p>
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <Waiting what="the study" height={460} />}
      {data && <Content view={data} />}
    </div>
  );
}

const describe = ({ study }: StudyReport): string =>
  `${study.dataset} · ${metricWords[study.metric].toLowerCase()} on ${study.scoring === 'folds' ? 'folds of the training split' : 'the validation split'} · ${study.snapshot}`;

function State({ view: { isLive, job, report } }: { view: StudyView }) {
  const { endedBecause } = report.study;
  if (isLive) return <StatusMark status="running" words="Under way" />;
  if (job !== null) return <StatusMark status="running" words="Waiting for its turn" />;
  return endedBecause === null ? (
    <StatusMark status="cancelled" words="Can go on" />
  ) : (
    <StatusMark status="complete" words="Done" />
  );
}

/** More time, in ms. */
const moreMs = 5 * 60_000;

function Controls({ view: { job, isLive, report } }: { view: StudyView }) {
  const isAllowed = useScope('train');
  const cancel = useCancelJob();
  const add = useAddJob();
  const [, navigate] = useLocation();
  const { name, endedBecause, budgetMs, spentMs } = report.study;
  if (!isAllowed) return null;
  if (job !== null)
    return (
      <Button variant="default" loading={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate(job)}>
        Cancel
      </Button>
    );
  if (isLive) return null;
  const hasTime = endedBecause === null && spentMs < budgetMs;
  const goOn = (): void =>
    add.mutate(
      { kind: 'tune', input: { study: name, resume: true, ...(hasTime ? {} : { budgetMs: moreMs }) } },
      { onSuccess: () => navigate(trainPaths.study(name)) },
    );
  return (
    <Button variant={endedBecause === null ? 'filled' : 'default'} loading={add.isPending} onClick={goOn}>
      {hasTime ? `Go on for the ${formatSpan(budgetMs - spentMs)} left` : `Go on for ${formatSpan(moreMs)} more`}
    </Button>
  );
}

function Content({ view }: { view: StudyView }) {
  const { report } = view;
  const [hovered, setHovered] = useState<number | null>(null);
  return (
    <>
      <Best view={view} />
      <div className={train.columns}>
        <div className={train.column}>
          <Progress report={report} isLive={view.isLive} />
        </div>
        <div className={train.column}>
          <ImportanceBars report={report} />
        </div>
      </div>
      <Coordinates report={report} hovered={hovered} onHover={setHovered} />
      <TrialTable report={report} hovered={hovered} onHover={setHovered} />
    </>
  );
}

function Best({ view: { report, isLive } }: { view: StudyView }) {
  const { study, trials, best } = report;
  const trial = trials.find(({ number }) => number === best);
  const spent = `${formatSpan(study.spentMs)} of ${formatSpan(study.budgetMs)}`;
  const ended = trials.filter(({ status }) => status !== 'running').length;
  return (
    <section className={runScreen.standing} aria-label="Best so far">
      <div className={classes.best}>
        <div>
          <div className={runScreen.big}>{trial?.value == null ? '–' : formatShare(trial.value)}</div>
          <div className={runScreen.dim}>
            {trial?.value != null && trial.interval
              ? `${metricWords[study.metric].toLowerCase()}, 95 % interval ${formatShareWithInterval(trial.value, trial.interval).replace(/^.*\((.*)\)$/, '$1')}`
              : metricWords[study.metric].toLowerCase()}
          </div>
        </div>
        {trial ? (
          <div className={classes.what}>
            <strong>
              Trial {trial.number}: {describeBranch(trial.settings)}
            </strong>
            <div className={runScreen.dim}>{describeRest(trial.settings)}</div>
            <Command line={trial.command} />
          </div>
        ) : (
          <p className={train.dim}>
            {isLive
              ? 'The first trial is under way. Features are read first, once for all trials.'
              : 'No trial came to a value.'}
          </p>
        )}
      </div>
      <div className={runScreen.line}>
        <span>{formatCounted(ended, 'trial')} ended</span>
        <span>{study.endedBecause === null ? spent : `${endWords[study.endedBecause]} ${spent}`}</span>
      </div>
      <ProgressBar share={Math.min(1, study.spentMs / Math.max(1, study.budgetMs))} label={`Time spent: ${spent}`} />
    </section>
  );
}

function Progress({ report, isLive }: { report: StudyReport; isLive: boolean }) {
  const series = useMemo(() => {
    const { tried, best } = bestSoFar(report.trials);
    return [
      { label: 'best so far', points: best, mark: 0 },
      { label: 'each trial', points: tried, mark: 4, isDots: true },
    ];
  }, [report.trials]);
  return (
    <section className={`${train.card} ${classes.chart}`} aria-label="Best so far, by trial">
      <Curves
        title={`${metricWords[report.study.metric]} by trial`}
        series={series}
        xLabel="Trial"
        formatY={formatShare}
        heightPx={260}
        empty={isLive ? 'The first trial is under way.' : 'No trial came to a value.'}
      />
    </section>
  );
}

interface CoordinatesProps {
  report: StudyReport;
  hovered: number | null;
  onHover: (number: number | null) => void;
}

function Coordinates({ report, hovered, onHover }: CoordinatesProps) {
  const branches = useMemo(() => listBranches(report.coordinates.lines), [report]);
  const [chosen, setChosen] = useState<string>('');
  // One kind of model alone has no other to choose.
  const branch = branches.length === 1 ? branches[0]?.key : branches.find(({ key }) => key === chosen)?.key;
  const { axes, lines } = useMemo(() => layOut(report, branch), [report, branch]);
  if (branches.length === 0) return null;
  return (
    <section className={train.card} aria-label="Parallel coordinates">
      <div className={train.cardHead}>
        <h2>Where the trials lie</h2>
        <span className={train.dim}>one line a trial, darker where it was better</span>
        {branches.length > 1 && (
          <NativeSelect
            className={train.end}
            size="xs"
            aria-label="Kind of model"
            value={branch ?? ''}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data={[
              { value: '', label: 'All kinds of models' },
              ...branches.map(({ key, label, trials }) => ({
                value: key,
                label: `${label} (${formatCounted(trials, 'trial')})`,
              })),
            ]}
          />
        )}
      </div>
      <ParallelCoordinates axes={axes} lines={lines} best={report.best} hovered={hovered} onHover={onHover} />
    </section>
  );
}
