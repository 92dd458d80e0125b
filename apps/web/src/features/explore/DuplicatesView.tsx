/** @file Pictures that are there more than once, with one press to keep one of each; and pictures of different splits that are too much alike. */
import { Button } from '@mantine/core';
import type { DuplicateGroup, ExploreReport } from '@tintype/contracts/explore';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import { CheckIcon, TrashIcon } from '../../components/icons.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import { useScope } from '../../components/use-scope.ts';
import { Panel } from '../registry/EvaluationView.tsx';
import classes from './DuplicatesView.module.css';
import { LeakPairs } from './LeakPairs.tsx';
import { filterGroups, type GroupFilter, groupFilters, listSafeMerges, type Merge, mergeOf } from './merge.ts';
import { OpenAsView } from './OpenAsView.tsx';
import { useMerge } from './use-merge.ts';

const filterWords: Record<GroupFilter, string> = {
  all: 'All',
  leaking: 'Across splits',
  disagreeing: 'Labels differ',
  exact: 'Same pixels',
};
const pageGroups = 25;

export function DuplicatesView({ report }: { report: ExploreReport }) {
  const [search, setSearch] = useSearchParams();
  const filter = groupFilters.find((name) => name === search.get('show')) ?? 'all';
  const [shown, setShown] = useState(pageGroups);
  const { merge, isPending } = useMerge();
  const isAllowed = useScope('label');
  const { groups } = report.duplicates;
  const matching = filterGroups(groups, filter);
  const safe = listSafeMerges(matching);
  const choose = (next: GroupFilter): void => {
    setShown(pageGroups);
    setSearch({ dataset: report.dataset, ...(next === 'all' ? {} : { show: next }) }, { replace: true });
  };
  return (
    <>
      <Panel title="Duplicates">
        <div className={classes.bar}>
          <fieldset className={classes.filters} aria-label="Which groups">
            {groupFilters.map((name) => (
              <button key={name} type="button" aria-pressed={name === filter} onClick={() => choose(name)}>
                {filterWords[name]} <span>{formatCount(filterGroups(groups, name).length)}</span>
              </button>
            ))}
          </fieldset>
          {isAllowed && safe.length > 1 && (
            <Button variant="default" size="compact-sm" loading={isPending} onClick={() => merge(safe)}>
              Merge {formatCounted(safe.length, 'group')} with the same pixels
            </Button>
          )}
        </div>
        {matching.length === 0 ? (
          <EmptyState icon={<CheckIcon size={26} />} title={filter === 'all' ? 'No duplicates' : 'None of these'}>
            <p>
              {filter === 'all'
                ? 'No two pictures have the same pixels or look nearly the same.'
                : 'Other groups may be left: choose All.'}
            </p>
          </EmptyState>
        ) : (
          <ul className={classes.groups}>
            {matching.slice(0, shown).map((group) => (
              <Group
                key={group.samples.map(({ id }) => id).join()}
                group={group}
                {...(isAllowed ? { onMerge: (one: Merge) => merge([one]) } : {})}
                isBusy={isPending}
              />
            ))}
          </ul>
        )}
        {matching.length > shown && (
          <Button variant="default" mt="md" onClick={() => setShown(shown + pageGroups)}>
            Show {formatCount(Math.min(pageGroups, matching.length - shown))} more of {formatCount(matching.length)}
          </Button>
        )}
      </Panel>
      <LeakPairs report={report} />
    </>
  );
}

interface GroupProps {
  group: DuplicateGroup;
  onMerge?: (merge: Merge) => void;
  isBusy: boolean;
}

function Group({ group, onMerge, isBusy }: GroupProps) {
  const { samples, kind, similarity, isDisagreeing, isLeaking } = group;
  const [keepId, setKeepId] = useState(samples[0]?.id);
  const merge = mergeOf(group, keepId);
  const name = `duplicates-${samples[0]?.id}`;
  return (
    <li className={classes.group}>
      <div className={classes.head}>
        <span className={classes.kind}>
          {formatCounted(samples.length, 'picture')}
          {kind === 'exact' ? ' with the same pixels' : `, ${Math.floor(similarity * 1000) / 10} % alike`}
        </span>
        {isLeaking && <span className={classes.grave}>Across splits</span>}
        {isDisagreeing && <span className={classes.grave}>Labels differ</span>}
        <span className={classes.gap} />
        <OpenAsView ids={samples.map(({ id }) => id)} size="compact-sm" />
        {onMerge && merge && (
          <Button
            size="compact-sm"
            // Near-duplicates may differ in what matters: nothing urges to merge them.
            variant={kind === 'exact' ? 'light' : 'default'}
            leftSection={<TrashIcon size={14} />}
            disabled={isBusy}
            onClick={() => onMerge(merge)}
          >
            Keep one, {formatCount(merge.others.length)} to the trash
          </Button>
        )}
      </div>
      <fieldset className={classes.samples}>
        <legend>Which one stays</legend>
        {samples.map((sample) => (
          <label key={sample.id} className={classes.sample} title={sample.path}>
            <Thumbnail sampleId={sample.id} alt={sample.path.split('/').at(-1) ?? ''} />
            <span className={classes.line}>
              <input
                type="radio"
                name={name}
                checked={sample.id === keepId}
                onChange={() => setKeepId(sample.id)}
                disabled={!onMerge}
              />
              <ClassMark className={sample.className} />
            </span>
            <span className={classes.facts}>
              {sample.widthPx} × {sample.heightPx}
              {sample.split && ` · ${sample.split}`}
            </span>
          </label>
        ))}
      </fieldset>
    </li>
  );
}
