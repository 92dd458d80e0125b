/** @file One model version: how good, where it errs, where it comes from, and whether it is live. */
import { NativeSelect, Skeleton } from '@mantine/core';
import type { Evaluation } from '@tintype/contracts/evaluate';
import { championAlias } from '@tintype/contracts/registry';
import { useState } from 'react';
import { Link } from 'wouter';
import { formatCounted, formatTime } from '../../components/format.ts';
import { LeftIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { NotFound } from '../../shell/NotFound.tsx';
import screen from '../../shell/Screen.module.css';
import { AliasBadge } from './AliasBadge.tsx';
import { EvaluationView } from './EvaluationView.tsx';
import { Lineage } from './Lineage.tsx';
import { Promotion } from './Promotion.tsx';
import { useVersion } from './use-registry.ts';
import classes from './VersionScreen.module.css';
import { describeTarget, parseVersion, sortEvaluations } from './versions.ts';

export function VersionScreen({ model, version: text }: { model: string; version: string }) {
  const version = parseVersion(text);
  return version === undefined ? <NotFound /> : <Version key={`${model} ${version}`} model={model} version={version} />;
}

function Version({ model, version }: { model: string; version: number }) {
  const { data, error, refetch } = useVersion(model, version);
  return (
    <div className={screen.screen}>
      <div className={classes.top}>
        <Link href="/models" className={classes.back}>
          <LeftIcon size={16} /> Models
        </Link>
        <div className={classes.head}>
          <h1>
            {model}@{version}
          </h1>
          {data?.version.aliases.map((alias) => (
            <AliasBadge key={alias} alias={alias} />
          ))}
          <div className={classes.promotion}>
            {data && !data.version.aliases.includes(championAlias) && <Promotion model={model} version={version} />}
          </div>
        </div>
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <VersionSkeleton />}
      {data && (
        <>
          <Evaluations evaluations={sortEvaluations(data.evaluations)} />
          <Lineage version={data.version} />
        </>
      )}
    </div>
  );
}

function Evaluations({ evaluations }: { evaluations: readonly Evaluation[] }) {
  const [chosen, setChosen] = useState(evaluations[0]?.id);
  const evaluation = evaluations.find((entry) => entry.id === chosen) ?? evaluations[0];
  if (!evaluation) return <p className={classes.none}>This version has not been evaluated.</p>;
  const describe = (entry: Evaluation): string =>
    `${describeTarget(entry.on)}, ${formatCounted(entry.samples, 'picture')}, ${formatTime(entry.at)}`;
  return (
    <>
      {evaluations.length > 1 ? (
        <NativeSelect
          label="Evaluated on"
          value={evaluation.id}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={evaluations.map((entry) => ({ value: entry.id, label: describe(entry) }))}
        />
      ) : (
        <p className={classes.none}>Evaluated on {describe(evaluation)}</p>
      )}
      <EvaluationView evaluation={evaluation} />
    </>
  );
}

function VersionSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      <Skeleton height={20} width={280} />
      <Skeleton height={104} radius={10} />
      <Skeleton height={420} radius={10} />
    </div>
  );
}
