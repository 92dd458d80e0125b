/** @file Studies of tuning: what is searched, what was best, and which go on. */
import { Button } from '@mantine/core';
import type { ListedStudy } from '@tintype/contracts/api';
import { Link } from 'wouter';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import {
  formatCounted,
  formatShare,
  formatShareWithInterval,
  formatSpan,
  formatTime,
} from '../../components/format.ts';
import { TrainIcon } from '../../components/icons.tsx';
import { ProgressBar } from '../../components/JobProgress.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useScope } from '../../components/use-scope.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { trainPaths } from './paths.ts';
import { OpenJobs } from './RunsScreen.tsx';
import classes from './RunTable.module.css';
import { StatusMark } from './StatusMark.tsx';
import { describeBranch, describeRest } from './study-words.ts';
import train from './Train.module.css';
import { TrainHead } from './TrainHead.tsx';
import { useStudies } from './use-train.ts';

export function StudiesScreen() {
  const { data, error, isPending, refetch } = useStudies();
  return (
    <div className={screen.screen}>
      <TrainHead />
      <OpenJobs />
      {isPending && <Waiting what="the studies" height={240} />}
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {data?.items.length === 0 && <NoStudies />}
      {data && data.items.length > 0 && <StudyTable studies={data.items} />}
    </div>
  );
}

function StudyTable({ studies }: { studies: readonly ListedStudy[] }) {
  return (
    <section className={train.card} aria-label="Studies">
      <div className={train.cardHead}>
        <h2>{formatCounted(studies.length, 'study', 'studies')}</h2>
        <span className={train.dim}>each searches settings within a time, and registers the best</span>
      </div>
      <div className={classes.scroller}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Study</th>
              <th scope="col">State</th>
              <th scope="col">Best so far</th>
              <th scope="col" className={classes.wide}>
                With
              </th>
              <th scope="col" className={classes.number}>
                Trials
              </th>
              <th scope="col" className={classes.wide}>
                Began
              </th>
            </tr>
          </thead>
          <tbody>
            {studies.map((study) => (
              <Row key={study.study.name} listed={study} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ listed: { study, trials, best, isLive } }: { listed: ListedStudy }) {
  const total = trials.running + trials.complete + trials.pruned + trials.failed;
  const words = `${formatSpan(study.spentMs)} of ${formatSpan(study.budgetMs)}`;
  return (
    <tr>
      <th scope="row">
        <Link href={trainPaths.study(study.name)}>{study.name}</Link>
        <span className={classes.id}>{study.dataset}</span>
      </th>
      <td>
        {isLive ? (
          <span className={classes.progress}>
            <StatusMark status="running" words={words} />
            <ProgressBar share={Math.min(1, study.spentMs / Math.max(1, study.budgetMs))} label={words} />
          </span>
        ) : (
          <StatusMark
            status={study.endedBecause === null ? 'cancelled' : 'complete'}
            words={study.endedBecause === null ? 'Can go on' : 'Done'}
          />
        )}
      </td>
      <td className={classes.share}>
        {best?.value == null
          ? '–'
          : best.interval
            ? formatShareWithInterval(best.value, best.interval)
            : formatShare(best.value)}
      </td>
      <td className={classes.wide}>
        {best ? `${describeBranch(best.settings)}: ${describeRest(best.settings)}` : '–'}
      </td>
      <td className={classes.number}>{total}</td>
      <td className={classes.wide}>{formatTime(study.createdAt)}</td>
    </tr>
  );
}

function NoStudies() {
  const isAllowed = useScope('train');
  return (
    <EmptyState icon={<TrainIcon size={26} />} title="No study yet">
      <p>
        A study tries many settings within a time that you give it, drops what falls behind, and registers the best,
        measured on pictures that no trial saw.
      </p>
      {isAllowed ? (
        <Button component={Link} href={trainPaths.tune}>
          Start a tuning
        </Button>
      ) : (
        <Command line="npx tintype tune --budget 10m" />
      )}
    </EmptyState>
  );
}
