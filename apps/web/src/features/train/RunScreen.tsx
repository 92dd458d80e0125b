/** @file One run: where it stands, its curves, its first pictures, what came of it, and its settings. */
import { Button } from '@mantine/core';
import type { RunView } from '@tintype/contracts/api';
import type { StepMetrics } from '@tintype/contracts/train-events';
import { Link } from 'wouter';
import { formatCount, formatShare, formatSpan, formatTime } from '../../components/format.ts';
import { ProgressBar } from '../../components/JobProgress.tsx';
import { describeStage } from '../../components/job-words.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useCancelJob, useJob } from '../../components/use-jobs.ts';
import { useScope } from '../../components/use-scope.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { useModels } from '../registry/use-registry.ts';
import { BackLink } from './BackLink.tsx';
import { ContactSheet } from './ContactSheet.tsx';
import { trainPaths } from './paths.ts';
import { RunCurves } from './RunCurves.tsx';
import { RunOutcome } from './RunOutcome.tsx';
import classes from './RunScreen.module.css';
import {
  describeModel,
  describeStep,
  durationOf,
  findVersionOf,
  isNetworkRun,
  shareOf,
  statusWords,
} from './run-words.ts';
import { SettingsList } from './SettingsList.tsx';
import { StatusMark } from './StatusMark.tsx';
import train from './Train.module.css';
import { useResumeRun, useRun, useRunEvents, useRunMetrics } from './use-train.ts';

export function RunScreen({ id }: { id: string }) {
  const { data, error, refetch } = useRun(id);
  return (
    <div className={screen.screen}>
      <div className={train.top}>
        <BackLink to={trainPaths.runs} label="Runs" />
        <div className={train.title}>
          <h1>{data ? describeModel(data.run.options) : 'Run'}</h1>
          {data && <StatusMark status={data.run.status} words={statusWords[data.run.status]} />}
          <div className={train.end}>{data && <Controls view={data} />}</div>
        </div>
        <p className={train.dim}>{data ? describeBeginning(data) : '\u00a0'}</p>
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <Waiting what="the run" height={460} />}
      {data && <Content view={data} />}
    </div>
  );
}

const describeBeginning = ({ run }: RunView): string =>
  `${run.id} · began ${formatTime(run.startedAt)}${run.endedAt === null ? '' : ` · took ${formatSpan(durationOf(run, run.endedAt))}`}`;

function Controls({ view: { run, job, isResumable } }: { view: RunView }) {
  const isAllowed = useScope('train');
  const cancel = useCancelJob();
  const resume = useResumeRun();
  if (!isAllowed) return null;
  return (
    <>
      {run.status !== 'running' && (
        <Button variant="default" component={Link} href={trainPaths.again(run.id)}>
          Train again, changed
        </Button>
      )}
      {isResumable && (
        <Button loading={resume.isPending} onClick={() => resume.mutate(run.id)}>
          Go on from its checkpoint
        </Button>
      )}
      {job !== null && (
        <Button variant="default" loading={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate(job)}>
          Cancel
        </Button>
      )}
    </>
  );
}

function Content({ view }: { view: RunView }) {
  const { run, artifacts, job } = view;
  const isRunning = run.status === 'running';
  const isNetwork = isNetworkRun(run);
  useRunEvents(run.id, isRunning);
  const { data: metrics } = useRunMetrics(run.id, isRunning);
  const { data: models } = useModels();
  const version = findVersionOf(run.id, models?.items ?? []);
  return (
    <>
      {isRunning || job !== null ? (
        <Standing view={view} />
      ) : (
        <RunOutcome run={run} version={version} isKnown={models !== undefined} />
      )}
      <div className={isNetwork ? train.columns : undefined}>
        {isNetwork && (
          <div className={train.column}>
            <RunCurves
              epochs={metrics?.items ?? []}
              isRunning={isRunning}
              epochCount={isRunning ? view.progress?.step?.epochs : undefined}
            />
          </div>
        )}
        <div className={train.column}>
          {isNetwork && (
            <ContactSheet
              run={run.id}
              hasSheet={artifacts.some(({ kind }) => kind === 'contact-sheet')}
              isRunning={isRunning}
            />
          )}
          <SettingsList options={run.options} snapshot={run.snapshot} />
        </div>
      </div>
    </>
  );
}

/** Where a run stands that is trained now, or waits to go on. */
function Standing({ view: { run, progress, job } }: { view: RunView }) {
  const isAllowed = useScope('train');
  // A head tells where it stands to its job alone.
  const { data: told } = useJob(isAllowed && progress === null ? job : null);
  const step = progress?.step;
  const stage = describeStage(progress ?? told?.progress ?? null);
  const isWaiting = run.status !== 'running' && job !== null;
  const words = isWaiting ? 'Waiting to go on' : (describeStep(progress) ?? stage.words);
  const isTraining = step !== undefined && progress?.stage === 'train';
  return (
    <section className={classes.standing} aria-label="Where it stands">
      <div className={classes.line}>
        <strong>{words}</strong>
        <span>
          {isTraining && step.remainingMs !== null
            ? `about ${formatSpan(step.remainingMs)} left`
            : isWaiting
              ? ''
              : stage.note}
        </span>
      </div>
      <ProgressBar share={isWaiting ? 0 : isTraining ? shareOf(progress) : stage.share} label={words} />
      {isNetworkRun(run) && <Numbers step={isTraining ? step : undefined} />}
    </section>
  );
}

function Numbers({ step }: { step: StepMetrics | undefined }) {
  return (
    <dl className={classes.numbers}>
      <Figure name="Loss" value={step?.loss.toFixed(3)} />
      <Figure name="Accuracy" value={step && formatShare(step.accuracy)} />
      <Figure name="Learning rate" value={step && String(Number(step.learningRate.toPrecision(2)))} />
      <Figure name="Pictures a second" value={step && formatCount(Math.round(step.picturesPerSecond))} />
      <Figure name="Waited for pictures" value={step && formatShare(step.idleShare, 0)} />
    </dl>
  );
}

function Figure({ name, value = '–' }: { name: string; value: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
