/** @file Explore: what a dataset looks like and what is wrong with it, in parts; everything leads to the pictures it is about. */
import { NativeSelect } from '@mantine/core';
import type { ExploreReport, ExploreView } from '@tintype/contracts/explore';
import type { ComponentType } from 'react';
import { useLocation } from 'wouter';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount } from '../../components/format.ts';
import { ExploreIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Ways } from '../../components/Ways.tsx';
import { NotFound } from '../../shell/NotFound.tsx';
import { CheckView } from './CheckView.tsx';
import { ClassesView } from './ClassesView.tsx';
import { DuplicatesView } from './DuplicatesView.tsx';
import classes from './ExploreScreen.module.css';
import { ExploreSkeleton } from './ExploreSkeleton.tsx';
import { ExploreStatus, FirstExploration } from './ExploreStatus.tsx';
import { type ExplorePart, exploreParts, partPath } from './links.ts';
import { MapView } from './map/MapView.tsx';
import { Overview } from './Overview.tsx';
import { useDataset, useExploration } from './use-exploration.ts';

interface Part {
  name: ExplorePart;
  label: string;
  /** Beside the label. */
  count?: (report: ExploreReport) => number;
  Screen: ComponentType<{ report: ExploreReport }>;
}

const parts: readonly Part[] = [
  { name: 'overview', label: 'Overview', Screen: Overview },
  { name: 'classes', label: 'Classes', Screen: ClassesView },
  { name: 'duplicates', label: 'Duplicates', count: ({ duplicates }) => duplicates.total, Screen: DuplicatesView },
  { name: 'check', label: 'To check', count: ({ doubts }) => doubts.likelyWrong, Screen: CheckView },
];

export function ExploreScreen() {
  const [path] = useLocation();
  const chosen = useDataset();
  const { dataset } = chosen;
  if (!Object.values<string>(exploreParts).includes(path)) return <NotFound />;
  if (chosen.error)
    return (
      <div className={classes.notice}>
        <ProblemNotice error={chosen.error} onRetry={chosen.retry} />
      </div>
    );
  if (chosen.isPending) return <ExploreSkeleton />;
  if (dataset === undefined)
    return (
      <EmptyState icon={<ExploreIcon size={26} />} title="No pictures to explore yet">
        <p>Bring in a folder of pictures. Nothing in it is changed.</p>
        <Command line="npx tintype ingest DIR --labels folder" />
      </EmptyState>
    );
  return <Exploration key={dataset} dataset={dataset} path={path} chosen={chosen} />;
}

interface ExplorationProps {
  dataset: string;
  path: string;
  chosen: ReturnType<typeof useDataset>;
}

function Exploration({ dataset, path, chosen }: ExplorationProps) {
  const { data, error, refetch } = useExploration(dataset);
  const isMap = path === exploreParts.map;
  const part = parts.find(({ name }) => exploreParts[name] === path);
  return (
    <div className={classes.screen} data-map={isMap || undefined} {...(isMap ? { 'data-fill': true } : {})}>
      <h1 className={classes.title}>Explore</h1>
      <div className={classes.bar}>
        <Ways
          label="Parts of the exploration"
          items={[...parts.slice(0, 1), { name: 'map' as const, label: 'Map' }, ...parts.slice(1)].map((one) => ({
            href: partPath(one.name, dataset),
            label: one.label,
            isCurrent: exploreParts[one.name] === path,
            more: <Count count={'count' in one ? one.count : undefined} report={data?.report} />,
          }))}
        />
        {chosen.datasets.length > 1 && (
          <NativeSelect
            size="xs"
            aria-label="Dataset"
            value={dataset}
            onChange={(event) => chosen.choose(event.currentTarget.value)}
            data={chosen.datasets.map(({ name }) => name)}
          />
        )}
        {data && <ExploreStatus view={data} />}
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <ExploreSkeleton />}
      {data && <Content view={data} isMap={isMap} part={part} />}
    </div>
  );
}

interface CountProps {
  count: Part['count'];
  report: ExploreReport | null | undefined;
}

function Count({ count: countOf, report }: CountProps) {
  const count = report && countOf?.(report);
  return count ? <span className={classes.count}>{formatCount(count)}</span> : null;
}

function Content({ view, isMap, part }: { view: ExploreView; isMap: boolean; part: Part | undefined }) {
  if (isMap && view.methods.length > 0) return <MapView view={view} />;
  if (!view.report || isMap) return <FirstExploration view={view} />;
  return part ? <part.Screen report={view.report} /> : null;
}
