/** @file One model version: how good, how sure, where it errs, whether more labels would help, whether it is better, where it comes from. */
import { NativeSelect, Skeleton } from '@mantine/core';
import type { VersionView } from '@tintype/contracts/api';
import type { Evaluation } from '@tintype/contracts/evaluate';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import { useState } from 'react';
import { Link } from 'wouter';
import { formatCounted, formatTime } from '../../components/format.ts';
import { LeftIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { NotFound } from '../../shell/NotFound.tsx';
import screen from '../../shell/Screen.module.css';
import { AliasBadge } from './AliasBadge.tsx';
import { CompareView } from './CompareView.tsx';
import { ConfidenceView } from './ConfidenceView.tsx';
import { EnoughView } from './EnoughView.tsx';
import { EvaluationView } from './EvaluationView.tsx';
import { LineageView } from './LineageView.tsx';
import { Promotion } from './Promotion.tsx';
import { KeepAnswers } from './ReportScope.tsx';
import { SlicesView } from './SlicesView.tsx';
import { useVersion } from './use-registry.ts';
import { useOpenAnswers } from './use-report.ts';
import classes from './VersionScreen.module.css';
import { versionPath } from './VersionTable.tsx';
import { findSection, type VersionSection, versionSections } from './version-sections.ts';
import { describeTarget, parseVersion, sortEvaluations } from './versions.ts';

export interface VersionScreenProps {
  model: string;
  /** As the address has it. */
  version: string;
  section?: string | undefined;
}

export function VersionScreen({ model, version: text, section: path }: VersionScreenProps) {
  const version = parseVersion(text);
  const section = findSection(path);
  if (version === undefined || !section) return <NotFound />;
  return <Version key={`${model} ${version}`} model={model} version={version} section={section} />;
}

function Version({ model, version, section }: { model: string; version: number; section: VersionSection }) {
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
        <nav className={classes.tabs} aria-label="About this version">
          {versionSections.map((entry) => (
            <Link
              key={entry.path}
              href={`${versionPath(model, version)}${entry.path === '' ? '' : `/${entry.path}`}`}
              aria-current={entry === section ? 'page' : undefined}
            >
              {entry.label}
            </Link>
          ))}
        </nav>
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <VersionSkeleton />}
      {data && <Section path={section.path} view={data} />}
    </div>
  );
}

function Section({ path, view }: { path: VersionSection['path']; view: VersionView }) {
  const { version, evaluations } = view;
  switch (path) {
    case '':
      return <Evaluations version={version} evaluations={sortEvaluations(evaluations)} />;
    case 'confidence':
      return <ConfidenceView version={version} />;
    case 'slices':
      return <SlicesView version={version} />;
    case 'labels':
      return <EnoughView version={version} />;
    case 'compare':
      return <CompareView version={version} />;
    case 'lineage':
      return <LineageView version={version} />;
    default:
      return path satisfies never;
  }
}

function Evaluations({ version, evaluations }: { version: ModelVersion; evaluations: readonly Evaluation[] }) {
  const [chosen, setChosen] = useState(evaluations[0]?.id);
  const open = useOpenAnswers(version);
  const evaluation = evaluations.find((entry) => entry.id === chosen) ?? evaluations[0];
  if (!evaluation)
    return (
      <div className={classes.empty}>
        <p className={classes.none}>This version has not been evaluated.</p>
        {version.snapshot !== null && <KeepAnswers kind="evaluate" name={version} label="Evaluate it" />}
      </div>
    );
  const describe = (entry: Evaluation): string =>
    `${describeTarget(entry.on)}, ${formatCounted(entry.samples, 'picture')}, ${formatTime(entry.at)}`;
  const isOfCatalog = evaluation.on === `${version.snapshot}/test`;
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
      {open.isError && <ProblemNotice error={open.error} />}
      <EvaluationView
        evaluation={evaluation}
        onOpenCell={isOfCatalog ? (cell) => open.mutate({ on: 'test', ...cell }) : undefined}
      />
    </>
  );
}

function VersionSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      <Skeleton height={20} width={280} />
      <Skeleton height={104} radius={10} />
      <Waiting what="the version" height={420} />
    </div>
  );
}
