/** @file Runs, one a row: what was trained, how it stands, how good it is with its interval on one scale. */
import type { ModelVersion } from '@tintype/contracts/registry';
import type { Run } from '@tintype/contracts/train';
import { Link } from 'wouter';
import { formatInterval, formatShare, formatSpan, formatTime } from '../../components/format.ts';
import { ProgressBar } from '../../components/JobProgress.tsx';
import { useNow } from '../../components/use-now.ts';
import { IntervalPlot } from '../registry/IntervalPlot.tsx';
import { chooseScale } from '../registry/interval.ts';
import { versionPath } from '../registry/VersionTable.tsx';
import { trainPaths } from './paths.ts';
import classes from './RunTable.module.css';
import { describeModel, durationOf, shareOf, statusWords } from './run-words.ts';
import { StatusMark } from './StatusMark.tsx';
import { useRun } from './use-train.ts';

export interface RunTableProps {
  runs: readonly Run[];
  versionOf: (run: Run) => ModelVersion | undefined;
  chosen: readonly string[];
  onToggle: (id: string) => void;
}

export function RunTable({ runs, versionOf, chosen, onToggle }: RunTableProps) {
  const versions = runs.map(versionOf);
  const scale = chooseScale(
    versions.flatMap((version) => (version?.accuracyInterval ? [version.accuracyInterval] : [])),
  );
  return (
    <div className={classes.scroller}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col" className={classes.box}>
              <span className={classes.hidden}>Compare</span>
            </th>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col">
              Test accuracy <span className={classes.unit}>95 %</span>
            </th>
            <th scope="col" className={classes.plot} aria-hidden="true">
              <span>
                {formatShare(scale[0], 0)}
                <span>{formatShare(scale[1], 0)}</span>
              </span>
            </th>
            <th scope="col" className={classes.wide}>
              Model
            </th>
            <th scope="col" className={classes.wide}>
              Began
            </th>
            <th scope="col" className={classes.number}>
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, n) => (
            <Row
              key={run.id}
              run={run}
              version={versions[n]}
              scale={scale}
              isChosen={chosen.includes(run.id)}
              onToggle={() => onToggle(run.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  run: Run;
  version: ModelVersion | undefined;
  scale: [number, number];
  isChosen: boolean;
  onToggle: () => void;
}

function Row({ run, version, scale, isChosen, onToggle }: RowProps) {
  const name = describeModel(run.options);
  const now = useNow();
  return (
    <tr data-chosen={isChosen || undefined}>
      <td className={classes.box}>
        <label>
          <input type="checkbox" checked={isChosen} onChange={onToggle} aria-label={`Compare ${name}, ${run.id}`} />
        </label>
      </td>
      <th scope="row">
        <Link href={trainPaths.run(run.id)}>{name}</Link>
        <span className={classes.id}>{run.id}</span>
      </th>
      <td>
        {run.status === 'running' ? (
          <Progress id={run.id} />
        ) : (
          <StatusMark status={run.status} words={statusWords[run.status]} />
        )}
      </td>
      <td className={classes.share}>
        {version?.accuracy != null && version.accuracyInterval ? (
          <>
            <strong>{formatShare(version.accuracy)}</strong> <span>({formatInterval(version.accuracyInterval)})</span>
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
      <td className={classes.wide}>
        {version ? (
          <Link href={versionPath(version.model, version.version)}>{`${version.model}@${version.version}`}</Link>
        ) : (
          '–'
        )}
      </td>
      <td className={classes.wide}>{formatTime(run.startedAt)}</td>
      <td className={classes.number}>{formatSpan(durationOf(run, now))}</td>
    </tr>
  );
}

function Progress({ id }: { id: string }) {
  const { data } = useRun(id);
  const step = data?.progress?.step;
  const words = step ? `Epoch ${step.epoch} of ${step.epochs}` : statusWords.running;
  return (
    <span className={classes.progress}>
      <StatusMark status="running" words={words} />
      <ProgressBar share={shareOf(data?.progress ?? null)} label={words} />
    </span>
  );
}
