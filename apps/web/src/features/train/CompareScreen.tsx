/** @file Runs side by side: what they came to with intervals, their curves, and the settings that differ. */
import { useComputedColorScheme } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { Run } from '@tintype/contracts/train';
import type { EpochMetrics } from '@tintype/contracts/train-events';
import { Link, useSearchParams } from 'wouter';
import { getRun, listRunMetrics } from '../../api/train.ts';
import { Curves, type Series, Swatch } from '../../components/Curves.tsx';
import { fromZero, upToOne } from '../../components/curves-data.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatInterval, formatShare, formatSpan } from '../../components/format.ts';
import { TrainIcon } from '../../components/icons.tsx';
import { lineMarkAt } from '../../components/line-marks.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useNow } from '../../components/use-now.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { IntervalPlot } from '../registry/IntervalPlot.tsx';
import { chooseScale } from '../registry/interval.ts';
import { useModels } from '../registry/use-registry.ts';
import { versionPath } from '../registry/VersionTable.tsx';
import { BackLink } from './BackLink.tsx';
import classes from './CompareScreen.module.css';
import { areComparable, findDifferences, judge, type Verdict } from './compare-runs.ts';
import { trainPaths } from './paths.ts';
import { describeModel, durationOf, findVersionOf, statusWords } from './run-words.ts';
import train from './Train.module.css';
import { formatSetting, labelOf } from './training-fields.ts';
import { runsKey } from './use-train.ts';

/** More lines than that are not told apart. */
const most = 12;

interface Compared {
  run: Run;
  epochs: readonly EpochMetrics[];
  version: ModelVersion | undefined;
  mark: number;
}

export function CompareScreen() {
  const [search] = useSearchParams();
  const ids = [...new Set((search.get('runs') ?? '').split(',').filter((id) => id !== ''))].slice(0, most);
  const { data: models } = useModels();
  const views = useQueries({
    queries: ids.map((id) => ({
      queryKey: [...runsKey, id],
      queryFn: ({ signal }: { signal: AbortSignal }) => getRun(id, signal),
    })),
  });
  const metrics = useQueries({
    queries: ids.map((id) => ({
      queryKey: [...runsKey, id, 'metrics'],
      queryFn: ({ signal }: { signal: AbortSignal }) => listRunMetrics(id, signal),
    })),
  });
  const failed = views.find(({ error, data }) => error && !data);
  const compared = views.flatMap(({ data }, mark): Compared[] =>
    data
      ? [
          {
            run: data.run,
            epochs: metrics[mark]?.data?.items ?? [],
            version: findVersionOf(data.run.id, models?.items ?? []),
            mark,
          },
        ]
      : [],
  );
  const isReady =
    compared.length === ids.length && models !== undefined && metrics.every(({ isPending }) => !isPending);
  return (
    <div className={screen.screen}>
      <div className={train.top}>
        <BackLink to={trainPaths.runs} label="Runs" />
        <div className={train.title}>
          <h1>{ids.length < 2 ? 'Side by side' : `${ids.length} runs side by side`}</h1>
        </div>
      </div>
      {ids.length < 2 && (
        <EmptyState icon={<TrainIcon size={26} />} title="Choose two runs or more">
          <p>Select them in the list of runs, and press Compare.</p>
        </EmptyState>
      )}
      {failed && <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />}
      {!failed && ids.length > 1 && !isReady && <Waiting what="the runs to compare" height={420} />}
      {!failed && ids.length > 1 && isReady && <Comparison compared={compared} />}
    </div>
  );
}

function Comparison({ compared }: { compared: readonly Compared[] }) {
  const runs = compared.map(({ run }) => run);
  return (
    <>
      <Results compared={compared} />
      <ComparedCurves compared={compared} />
      <Differences compared={compared} key={runs.map(({ id }) => id).join()} />
    </>
  );
}

const verdicts: Record<Verdict, string> = {
  none: 'Fewer than two of them were measured on a test split.',
  apart: 'The interval of the best meets no other: it is better, as far as this test split can tell.',
  close: 'The intervals of the best two meet: this test split does not tell them apart.',
};

function Results({ compared }: { compared: readonly Compared[] }) {
  const scheme = useComputedColorScheme('light');
  const scale = chooseScale(
    compared.flatMap(({ version }) => (version?.accuracyInterval ? [version.accuracyInterval] : [])),
  );
  const now = useNow();
  const isSame = areComparable(compared.map(({ run }) => run));
  return (
    <section className={train.card} aria-label="What they came to">
      <div className={train.cardHead}>
        <h2>What they came to</h2>
        <span className={train.dim}>{isSame ? verdicts[judge(compared.map(({ version }) => version))] : ''}</span>
      </div>
      {!isSame && (
        <p className={classes.warning} role="note">
          They were trained on different snapshots and measured on different pictures, so a difference may come from the
          pictures alone. Train one again on the snapshot of the other to know.
        </p>
      )}
      <div className={classes.scroller}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Test accuracy, 95 % interval</th>
              <th scope="col" className={classes.plot} aria-hidden="true">
                <span>
                  {formatShare(scale[0], 0)}
                  <span>{formatShare(scale[1], 0)}</span>
                </span>
              </th>
              <th scope="col" className={classes.number}>
                Balanced
              </th>
              <th scope="col" className={classes.number}>
                Macro-F1
              </th>
              <th scope="col" className={classes.number}>
                Best validation
              </th>
              <th scope="col" className={classes.number}>
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {compared.map(({ run, version, epochs, mark }) => (
              <tr key={run.id}>
                <th scope="row">
                  <span className={classes.name}>
                    <Swatch mark={lineMarkAt(mark, scheme)} />
                    <Link href={trainPaths.run(run.id)}>{describeModel(run.options)}</Link>
                  </span>
                  <span className={classes.id}>
                    {version ? (
                      <Link
                        href={versionPath(version.model, version.version)}
                      >{`${version.model}@${version.version}`}</Link>
                    ) : (
                      statusWords[run.status]
                    )}{' '}
                    · {run.id}
                  </span>
                </th>
                <td>
                  {version?.accuracy != null && version.accuracyInterval ? (
                    <>
                      <strong>{formatShare(version.accuracy)}</strong>{' '}
                      <span className={train.dim}>({formatInterval(version.accuracyInterval)})</span>
                    </>
                  ) : (
                    '–'
                  )}
                </td>
                <td className={classes.plot} aria-hidden="true">
                  {version?.accuracy != null && version.accuracyInterval && (
                    <IntervalPlot share={version.accuracy} interval={version.accuracyInterval} scale={scale} />
                  )}
                </td>
                <td className={classes.number}>
                  {version?.balancedAccuracy == null ? '–' : formatShare(version.balancedAccuracy)}
                </td>
                <td className={classes.number}>{version?.macroF1 == null ? '–' : formatShare(version.macroF1)}</td>
                <td className={classes.number}>{bestOf(epochs)}</td>
                <td className={classes.number}>{formatSpan(durationOf(run, now))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const bestOf = (epochs: readonly EpochMetrics[]): string =>
  epochs.length === 0 ? '–' : formatShare(Math.max(...epochs.map(({ validationAccuracy }) => validationAccuracy)));

function ComparedCurves({ compared }: { compared: readonly Compared[] }) {
  const trained = compared.filter(({ epochs }) => epochs.length > 0);
  if (trained.length === 0) return null;
  const line = (value: (epoch: EpochMetrics) => number): Series[] =>
    trained.map(({ run, epochs, mark }) => ({
      label: labelOfRun(run, trained),
      mark,
      points: epochs.map((epoch) => [epoch.epoch, value(epoch)] as const),
    }));
  const shared = { xLabel: 'Epoch', empty: '', syncKey: 'compare', heightPx: 260 };
  return (
    <section className={train.card} aria-label="Curves">
      <div className={`${classes.curves} ${train.pair}`}>
        <Curves
          {...shared}
          title="Validation accuracy"
          series={line((epoch) => epoch.validationAccuracy)}
          formatY={formatShare}
          range={upToOne}
        />
        <Curves
          {...shared}
          title="Validation loss"
          series={line((epoch) => epoch.validationLoss)}
          formatY={(loss) => loss.toFixed(3)}
          range={fromZero}
        />
      </div>
      {trained.length < compared.length && (
        <p className={classes.note}>Heads on frozen features have no epochs, and so no curve.</p>
      )}
    </section>
  );
}

/** Two runs of one kind are told apart by the end of their ids. */
const labelOfRun = (run: Run, all: readonly { run: Run }[]): string => {
  const name = describeModel(run.options);
  const isOnly = all.filter((other) => describeModel(other.run.options) === name).length === 1;
  return isOnly ? name : `${name} (${run.id.slice(-4)})`;
};

function Differences({ compared }: { compared: readonly Compared[] }) {
  const scheme = useComputedColorScheme('light');
  const differences = findDifferences(compared.map(({ run }) => run));
  return (
    <section className={train.card} aria-label="Settings that differ">
      <div className={train.cardHead}>
        <h2>Settings that differ</h2>
        {differences.length === 0 && <span className={train.dim}>None: what differs is the pictures, or nothing.</span>}
      </div>
      {differences.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys (WCAG 2.1.1).
        <section className={classes.scroller} tabIndex={0} aria-label="Settings, a column a run">
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {compared.map(({ run, mark }) => (
                  <th key={run.id} scope="col">
                    <span className={classes.name}>
                      <Swatch mark={lineMarkAt(mark, scheme)} />
                      {labelOfRun(run, compared)}
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.map(({ name, values }) => (
                <tr key={name}>
                  <th scope="row" className={classes.setting}>
                    {labelOf(name)}
                  </th>
                  {values.map((value, n) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a column is its run's
                    <td key={n}>{formatSetting(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
