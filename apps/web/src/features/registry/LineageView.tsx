/** @file From the answer back to the people: version, run, snapshot, labels, and who let it answer when. */
import type { Labeler, Lineage } from '@tintype/contracts/evaluation-report';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatCounted, formatShare, formatSize, formatTime } from '../../components/format.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { sourceWords } from '../catalog/filter-words.ts';
import classes from './LineageView.module.css';
import { useLineage } from './use-report.ts';

export function LineageView({ version }: { version: ModelVersion }) {
  const { data, error, refetch } = useLineage(version);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="where it comes from" height={420} />;
  return (
    <ol className={classes.chain}>
      <Step title="It answered" note="Every answer names this version; the log of aliases says when it was live.">
        <Moves lineage={data} />
      </Step>
      <Step
        title={`${version.model}@${version.version}`}
        note={`${version.run === null ? 'Imported' : 'Registered'} ${formatTime(version.createdAt)}, never changed since.`}
      >
        <Facts
          facts={[
            ['Bundle', <code key="bundle">{version.bundleHash}</code>],
            ['Size', formatSize(version.sizeBytes)],
            ['Features', `${version.backbone.name}, ${formatCounted(version.backbone.dimensions, 'number')} a picture`],
            ['Head', version.head],
            [
              formatCounted(version.classes.length, 'class', 'classes'),
              <span key="classes" className={classes.classes}>
                {version.classes.map((name) => (
                  <ClassMark key={name} className={name} />
                ))}
              </span>,
            ],
          ]}
        />
      </Step>
      <Step
        title="Trained by a run"
        note={
          data.run
            ? `${data.run.id}, begun ${formatTime(data.run.startedAt)}`
            : 'It was imported: nothing is known of its training.'
        }
      >
        {data.run && <Facts facts={listOptions(data.run.options)} />}
      </Step>
      <Step
        title="On a snapshot"
        note={
          data.snapshot
            ? `of “${data.snapshot.dataset}”, frozen ${formatTime(data.snapshot.createdAt)}: it never changes.`
            : 'None is known.'
        }
      >
        {data.snapshot && (
          <Facts
            facts={[
              ['Snapshot', <code key="snapshot">{data.snapshot.id}</code>],
              [
                'Pictures',
                `${formatCount(data.snapshot.counts.train)} to train on, ${formatCount(data.snapshot.counts.validation)} to calibrate on, ${formatCount(data.snapshot.counts.test)} to test on`,
              ],
              ['Groups', `${formatCount(data.snapshot.groups)}; near-duplicates are one, and never divided`],
            ]}
          />
        )}
      </Step>
      <Step title="Labeled by people" note="Whose label counted when the snapshot was made.">
        <Labelers labelers={data.labelers} />
      </Step>
    </ol>
  );
}

function Step({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <li className={classes.step}>
      <section aria-label={title}>
        <h2>{title}</h2>
        <p>{note}</p>
        {children}
      </section>
    </li>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Moves({ lineage: { moves, version } }: { lineage: Lineage }) {
  if (moves.length === 0) return <p className={classes.none}>No alias ever named it: it never answered as champion.</p>;
  return (
    <ul className={classes.moves}>
      {moves.map((move) => (
        <li key={`${move.alias} ${move.at}`}>
          <time dateTime={new Date(move.at).toISOString()}>{formatTime(move.at)}</time>
          <span>
            {move.version === version.version ? 'became' : 'was no longer'} <strong>{move.alias}</strong>, by {move.by}
            {move.version !== version.version && move.version !== null && `: version ${move.version} took over`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Labelers({ labelers }: { labelers: readonly Labeler[] }) {
  const all = labelers.reduce((sum, { labels }) => sum + labels, 0);
  if (all === 0) return <p className={classes.none}>No label is known.</p>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">How</th>
          <th scope="col" data-number>
            Labels
          </th>
          <th scope="col" className={classes.when}>
            When
          </th>
        </tr>
      </thead>
      <tbody>
        {labelers.map(({ annotator, source, labels, firstAt, lastAt }) => (
          <tr key={`${annotator} ${source}`}>
            <th scope="row">
              <Link href={`/pictures?annotator=${encodeURIComponent(annotator)}&source=${source}`}>{annotator}</Link>
            </th>
            <td>{sourceWords[source]}</td>
            <td data-number>
              {formatCount(labels)} <span className={classes.dim}>({formatShare(labels / all, 0)})</span>
            </td>
            <td className={classes.when}>
              {formatTime(firstAt) === formatTime(lastAt)
                ? formatTime(firstAt)
                : `${formatTime(firstAt)} to ${formatTime(lastAt)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What was chosen, without what stayed empty. */
function listOptions(options: Readonly<Record<string, unknown>>): [string, ReactNode][] {
  return Object.entries(options).flatMap(([name, value]) => {
    const isEmpty = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
    return isEmpty ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)] as [string, ReactNode]];
  });
}
