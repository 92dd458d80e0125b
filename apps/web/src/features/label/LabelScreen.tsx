/** @file Label: one by one, in pages, in heaps, mistakes, and the classes themselves; what is saved and how far it is, always in sight. */
import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core';
import type { ComponentType } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount } from '../../components/format.ts';
import { LabelIcon, PeopleIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Ways } from '../../components/Ways.tsx';
import { ScreenSkeleton } from '../../shell/ScreenSkeleton.tsx';
import { ClassesTable } from './ClassesTable.tsx';
import { Clusters } from './Clusters.tsx';
import { EnoughStrip } from './EnoughStrip.tsx';
import classes from './LabelScreen.module.css';
import { useLabelQueueState } from './label-queue.ts';
import { Mistakes } from './Mistakes.tsx';
import { OneByOne } from './OneByOne.tsx';
import { Pages } from './Pages.tsx';
import { type LabelScope, useLabelScope } from './use-label-scope.ts';

interface Way {
  path: string;
  label: string;
  Screen: ComponentType<{ dataset: string }>;
}

const ways: readonly [Way, ...Way[]] = [
  { path: '/label', label: 'One by one', Screen: OneByOne },
  { path: '/label/pages', label: 'Pages', Screen: Pages },
  { path: '/label/heaps', label: 'Heaps', Screen: Clusters },
  { path: '/label/mistakes', label: 'Mistakes', Screen: Mistakes },
  { path: '/label/classes', label: 'Classes', Screen: ClassesTable },
];

export function LabelScreen() {
  const [path] = useLocation();
  const search = useSearch();
  const scope = useLabelScope();
  const way = ways.find((one) => one.path === path) ?? ways[0];
  if (scope.error)
    return (
      <div className={classes.notice}>
        <ProblemNotice error={scope.error} onRetry={scope.retry} />
      </div>
    );
  if (scope.isPending) return <ScreenSkeleton />;
  if (!scope.dataset)
    return (
      <EmptyState icon={<LabelIcon size={26} />} title="No pictures to label yet">
        <p>Bring in a folder of pictures. Nothing in it is changed.</p>
        <Command line="npx tintype ingest DIR --labels none" />
      </EmptyState>
    );
  return (
    <div className={classes.screen} data-fill>
      <h1 className={classes.title}>Label</h1>
      <div className={classes.bar}>
        <Ways
          label="Ways to label"
          items={ways.map((one) => ({
            href: search ? `${one.path}?${search}` : one.path,
            label: one.label,
            isCurrent: one === way,
          }))}
        />
        <DatasetChoice scope={scope} />
        <SavedState />
        <LabelProgress {...scope.dataset} />
        <Tooltip label="People: agreement, review, gold questions">
          <ActionIcon component={Link} href="/people" aria-label="People">
            <PeopleIcon />
          </ActionIcon>
        </Tooltip>
      </div>
      <way.Screen key={scope.dataset.name} dataset={scope.dataset.name} />
      <EnoughStrip dataset={scope.dataset.name} />
    </div>
  );
}

function DatasetChoice({ scope: { datasets, dataset, choose } }: { scope: LabelScope }) {
  if (datasets.length < 2) return null;
  return (
    <NativeSelect
      size="xs"
      aria-label="Dataset"
      value={dataset?.name ?? ''}
      onChange={(event) => choose(event.currentTarget.value)}
      data={datasets.map(({ name }) => name)}
    />
  );
}

/** Never says saved before the server has stored everything. */
function SavedState() {
  const { state, unsent } = useLabelQueueState();
  const words = {
    saved: 'All saved',
    sending: `Saving ${formatCount(unsent)}`,
    waiting: `${formatCount(unsent)} not saved yet`,
  }[state];
  return (
    <output className={classes.saved} data-state={state}>
      {words}
    </output>
  );
}

function LabelProgress({ samples, unlabeled }: { samples: number; unlabeled: number }) {
  const labeled = samples - unlabeled;
  return (
    <div className={classes.progress}>
      <span>
        {formatCount(labeled)} of {formatCount(samples)} labeled
      </span>
      <span className={classes.track} aria-hidden="true">
        <span style={{ width: `${(labeled / samples) * 100}%` }} />
      </span>
    </div>
  );
}
