/** @file Champion against challenger: who is right where, and whether chance alone does that. */
import { Button, NativeSelect } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Disagreement, VersionComparison } from '@tintype/contracts/evaluation-report';
import type { ModelVersion } from '@tintype/contracts/registry';
import { useState } from 'react';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted, formatShareWithInterval } from '../../components/format.ts';
import { ModelsIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { openAsView } from '../catalog/open-as-view.ts';
import classes from './CompareView.module.css';
import { Panel } from './EvaluationView.tsx';
import { KeepAnswers } from './ReportScope.tsx';
import { useModels } from './use-registry.ts';
import { useComparison } from './use-report.ts';
import { VerdictCard } from './VerdictCard.tsx';
import { formatP, judgeComparison } from './verdict.ts';
import { chooseOpponent, sortVersions } from './versions.ts';

export function CompareView({ version }: { version: ModelVersion }) {
  const { data: models, error, refetch } = useModels();
  const versions = models?.items.find(({ name }) => name === version.model)?.versions ?? [];
  const others = sortVersions(versions).filter((entry) => entry.version !== version.version);
  const [chosen, setChosen] = useState<number>();
  const other = chosen ?? chooseOpponent(version, others)?.version;
  if (error && !models) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!models) return <Waiting what="the other versions" height={320} />;
  if (other === undefined)
    return (
      <EmptyState icon={<ModelsIcon size={26} />} title="There is no other version">
        <p>Train another one, with other features, another head or more labels, and compare it here.</p>
        <Link href="/train">Train</Link>
      </EmptyState>
    );
  return (
    <>
      <NativeSelect
        className={classes.select ?? ''}
        label="Against"
        value={String(other)}
        onChange={(event) => setChosen(Number(event.currentTarget.value))}
        data={others.map((entry) => ({
          value: String(entry.version),
          label: `version ${entry.version}${entry.aliases.map((alias) => `, ${alias}`).join('')}`,
        }))}
      />
      <Comparison version={version} other={other} />
    </>
  );
}

function Comparison({ version, other }: { version: ModelVersion; other: number }) {
  const { data, error, refetch } = useComparison(version, other);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="the comparison of every picture" height={320} />;
  if (data.pictures === 0) return <NothingShared model={version.model} comparison={data} />;
  return (
    <>
      <VerdictCard verdict={judgeComparison(data)} />
      <Panel title={`${formatCounted(data.pictures, 'picture')} that neither was trained on`}>
        <Counts comparison={data} />
      </Panel>
      <Disagreements
        title={`Only version ${data.version} is right`}
        pictures={data.won}
        count={data.onlyOwnRight}
        isWon
      />
      <Disagreements title={`Only version ${data.other} is right`} pictures={data.lost} count={data.onlyOtherRight} />
    </>
  );
}

function Counts({ comparison }: { comparison: VersionComparison }) {
  const { version, other, own, others, bothRight, onlyOwnRight, onlyOtherRight, bothWrong, p } = comparison;
  return (
    <div className={classes.counts}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">
              <span className={classes.hidden}>Pictures</span>
            </th>
            <th scope="col">{other} right</th>
            <th scope="col">{other} wrong</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{version} right</th>
            <td>{formatCount(bothRight)}</td>
            <td data-won>{formatCount(onlyOwnRight)}</td>
          </tr>
          <tr>
            <th scope="row">{version} wrong</th>
            <td data-lost>{formatCount(onlyOtherRight)}</td>
            <td>{formatCount(bothWrong)}</td>
          </tr>
        </tbody>
      </table>
      <dl className={classes.figures}>
        <div>
          <dt>Version {version}</dt>
          <dd>{formatShareWithInterval(own.accuracy, own.interval)}</dd>
        </div>
        <div>
          <dt>Version {other}</dt>
          <dd>{formatShareWithInterval(others.accuracy, others.interval)}</dd>
        </div>
        <div>
          <dt>McNemar’s exact test</dt>
          <dd>{formatP(p)}</dd>
        </div>
      </dl>
    </div>
  );
}

const shownPictures = 18;

function Disagreements({
  title,
  pictures,
  count,
  isWon = false,
}: {
  title: string;
  pictures: readonly Disagreement[];
  count: number;
  isWon?: boolean;
}) {
  const open = useMutation({ mutationFn: openAsView });
  if (count === 0) return null;
  return (
    <Panel title={`${title}: ${formatCounted(count, 'picture')}`}>
      <ul className={classes.pictures}>
        {pictures.slice(0, shownPictures).map((picture) => (
          <li key={picture.sampleId}>
            <Link href={`/pictures?sample=${picture.sampleId}`}>
              <Thumbnail sampleId={picture.sampleId} />
              <span>
                <span>is</span> <ClassMark className={picture.className} />
              </span>
              <span>
                <span>said</span> <ClassMark className={isWon ? picture.otherPredicted : picture.predicted} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {count > 1 && (
        <Button
          mt="md"
          variant="default"
          loading={open.isPending}
          onClick={() => open.mutate(pictures.map(({ sampleId }) => sampleId))}
        >
          Open {pictures.length < count ? `the first ${formatCount(pictures.length)}` : `all ${formatCount(count)}`} as
          pictures
        </Button>
      )}
      {open.isError && <ProblemNotice error={open.error} />}
    </Panel>
  );
}

function NothingShared({ model, comparison: { unanswered } }: { model: string; comparison: VersionComparison }) {
  if (unanswered.length === 0)
    return (
      <EmptyState icon={<ModelsIcon size={26} />} title="They share no picture that both never saw">
        <p>
          Every picture of one’s test split was in the other’s training. Score the dataset with both once newer labels
          are there.
        </p>
      </EmptyState>
    );
  return (
    <EmptyState
      icon={<ModelsIcon size={26} />}
      title={`The answers of ${unanswered.map((n) => `version ${n}`).join(' and ')} were not kept`}
    >
      <p>Evaluate again, and the comparison appears.</p>
      {unanswered.map((number) => (
        <KeepAnswers
          key={number}
          kind="evaluate"
          name={{ model, version: number }}
          label={`Evaluate version ${number}`}
        />
      ))}
    </EmptyState>
  );
}
