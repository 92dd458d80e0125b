/** @file Have I labeled enough? The learning curve of the dataset's labels, and what the next ones would bring. */
import { Skeleton } from '@mantine/core';
import type { LabelForecast } from '@tintype/contracts/label-assist';
import type { ModelVersion } from '@tintype/contracts/registry';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatShare } from '../../components/format.ts';
import { LabelIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import classes from './EnoughView.module.css';
import view from './EvaluationView.module.css';
import { Panel } from './EvaluationView.tsx';
import { LearningCurve } from './LearningCurve.tsx';
import { useForecast, useLineage } from './use-report.ts';
import { VerdictCard } from './VerdictCard.tsx';
import { formatPoints, judgeForecast } from './verdict.ts';

export function EnoughView({ version }: { version: ModelVersion }) {
  const lineage = useLineage(version);
  const dataset = lineage.data?.snapshot?.dataset;
  const forecast = useForecast(dataset);
  const error = lineage.error ?? forecast.error;
  if (lineage.data && !lineage.data.snapshot)
    return <NoLabels words="This version was imported: it has no labels here." />;
  if (error)
    return (
      <ProblemNotice error={error} onRetry={() => void (lineage.error ? lineage.refetch() : forecast.refetch())} />
    );
  if (forecast.data === undefined) return <Reading />;
  if (forecast.data === null)
    return <NoLabels words="The labels are too few to say: each class needs some before a curve can be drawn." />;
  return <Forecast forecast={forecast.data} dataset={dataset ?? ''} />;
}

function Forecast({ forecast, dataset }: { forecast: LabelForecast; dataset: string }) {
  const byGain = [...forecast.classes].sort((a, b) => b.gain - a.gain);
  const most = Math.max(0.001, ...byGain.map(({ gain }) => Math.abs(gain)));
  return (
    <>
      <VerdictCard verdict={judgeForecast(forecast)}>
        <Link href="/label" className={classes.label}>
          Label more
        </Link>
      </VerdictCard>
      <div className={view.columns}>
        <Panel title="Learning curve">
          <LearningCurve forecast={forecast} />
          <p className={classes.words}>
            A quick head on frozen features, fitted again and again on parts of the labels of “{dataset}” and judged on
            labels it had not seen. It is not this version: what counts is how the curve rises.
          </p>
        </Panel>
        <Panel title={`What the next ${forecast.nextLabels} labels would bring`}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Class</th>
                <th scope="col">Recall now</th>
                <th scope="col">Expected</th>
                <th scope="col" className={classes.bar}>
                  <span className={classes.hidden}>Drawn</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {byGain.map(({ className, recall, gain }) => (
                <tr key={className}>
                  <th scope="row">
                    <ClassMark className={className} />
                  </th>
                  <td>{formatShare(recall)}</td>
                  <td>{formatPoints(gain)}</td>
                  <td className={classes.bar} aria-hidden="true">
                    <span data-loss={gain < 0 || undefined} style={{ width: `${(100 * Math.abs(gain)) / most}%` }} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      </div>
    </>
  );
}

/** Features of a new dataset are extracted first; the place is held meanwhile. */
function Reading() {
  return (
    <div className={classes.reading} aria-busy="true">
      <p>Reading the features and fitting some dozens of heads…</p>
      <Skeleton height={84} radius={10} />
      <Skeleton height={360} radius={10} />
    </div>
  );
}

function NoLabels({ words }: { words: string }) {
  return (
    <EmptyState icon={<LabelIcon size={26} />} title="No forecast yet">
      <p>{words}</p>
      <p>
        <Link href="/label">Label some pictures</Link>, or bring in labeled ones:
      </p>
      <Command line="npx tintype ingest ~/pictures" />
    </EmptyState>
  );
}
