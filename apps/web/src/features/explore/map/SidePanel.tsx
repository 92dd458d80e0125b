/** @file Beside the map: what is chosen and what can be done with it, and the map in words, region by region. */
import { Button, Popover } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { ClassMark } from '../../../components/ClassMark.tsx';
import { ClassPicker } from '../../../components/ClassPicker.tsx';
import { formatCount, formatCounted, formatShare } from '../../../components/format.ts';
import { LabelIcon } from '../../../components/icons.tsx';
import { Keys } from '../../../components/Keys.tsx';
import { Thumbnail } from '../../../components/Thumbnail.tsx';
import { useScope } from '../../../components/use-scope.ts';
import { useAddLabels } from '../../label/label-queue.ts';
import { picturePath } from '../links.ts';
import { OpenAsView } from '../OpenAsView.tsx';
import { mapActions } from './map-actions.ts';
import type { Points } from './points.ts';
import type { Region } from './regions.ts';
import classes from './SidePanel.module.css';
import type { MapState } from './use-map-state.ts';

const shownPictures = 24;

export function SidePanel({ state, dataset }: { state: MapState; dataset: string }) {
  return (
    <aside className={classes.panel} aria-label="Chosen pictures and regions">
      <Chosen state={state} />
      <Regions state={state} dataset={dataset} />
    </aside>
  );
}

function Chosen({ state }: { state: MapState }) {
  const { chosen, points, clear } = state;
  const numbers = [...chosen];
  const ids = numbers.map((n) => points.sampleIds[n] as string);
  return (
    <section className={classes.chosen} aria-label="Chosen pictures">
      <output className={classes.count}>
        {chosen.size === 0 ? 'Nothing chosen' : `${formatCounted(chosen.size, 'picture')} chosen`}
      </output>
      {chosen.size === 0 ? (
        <p className={classes.hint}>
          Draw around points with <Keys name="l" /> or Shift and drag, or choose a region below. Then label them all, or
          open them in Pictures.
        </p>
      ) : (
        <>
          <div className={classes.actions}>
            <LabelButton state={state} />
            <OpenAsView ids={ids} size="compact-sm" />
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              onClick={clear}
              rightSection={<Keys name={mapActions.clear.keys[0]} />}
            >
              None
            </Button>
          </div>
          <ul className={classes.classes}>
            {countClasses(points, numbers).map(([className, pictures]) => (
              <li key={className ?? ''}>
                <ClassMark className={className} />
                <span>{formatCount(pictures)}</span>
              </li>
            ))}
          </ul>
          <ul className={classes.pictures} aria-label="Some of them">
            {spread(numbers, shownPictures).map((n) => {
              const id = points.sampleIds[n] as string;
              const className = points.classes[points.classIndices[n] ?? -1] ?? 'Unlabeled';
              return (
                <li key={id}>
                  <Link href={picturePath(id)}>
                    <Thumbnail sampleId={id} alt={className} />
                  </Link>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
}

function LabelButton({ state }: { state: MapState }) {
  const { chosen, points, setLabels } = state;
  const addLabels = useAddLabels();
  const isAllowed = useScope('label');
  const [isOpen, setOpen] = useState(false);
  if (!isAllowed) return null;
  const label = (className: string | null): void => {
    setOpen(false);
    const changes = [...chosen].map((n) => ({
      sampleId: points.sampleIds[n] as string,
      className,
      was: points.classes[points.classIndices[n] ?? -1] ?? null,
    }));
    setLabels(new Map(changes.map((change) => [change.sampleId, change.className])));
    addLabels(
      changes,
      `${formatCounted(changes.length, 'picture')} ${className === null ? 'without a label' : `labeled ${className}`}`,
      {
        onUndo: () => setLabels(new Map(changes.map((change) => [change.sampleId, change.was]))),
      },
    );
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" trapFocus width={260}>
      <Popover.Target>
        <Button size="compact-sm" leftSection={<LabelIcon size={14} />} onClick={() => setOpen(!isOpen)}>
          Label
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ClassPicker hasNone onPick={label} onCancel={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Regions({ state: { regions, chosen, toggleAll }, dataset }: { state: MapState; dataset: string }) {
  return (
    <section aria-label={`Regions of the map of ${dataset}`}>
      <h2 className={classes.title}>Regions</h2>
      <ul className={classes.regions}>
        {regions.map((region) => (
          <li key={region.number}>
            {/* oxlint-disable-next-line jsx-a11y/label-has-associated-control -- its words are in components. */}
            <label className={classes.region}>
              <input
                type="checkbox"
                checked={region.points.every((n) => chosen.has(n))}
                onChange={() => toggleAll(region.points)}
              />
              <span className={classes.what}>
                <span className={classes.most}>
                  <ClassMark className={region.className} />
                  <span className={classes.hint}>{formatShare(region.share, 0)}</span>
                </span>
                <span className={classes.hint}>{describeRegion(region)}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}

const describeRegion = ({ number, points, wrong }: Region): string =>
  `Region ${number}, ${formatCounted(points.length, 'picture')}${wrong > 0 ? `, ${formatCounted(wrong, 'label')} in doubt` : ''}`;

/** Most frequent first. */
function countClasses({ classIndices, classes: names }: Points, numbers: readonly number[]): [string | null, number][] {
  const counts = new Map<string | null, number>();
  for (const n of numbers) {
    const name = names[classIndices[n] ?? -1] ?? null;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 8);
}

/** So many of them, evenly. */
const spread = (numbers: readonly number[], most: number): number[] =>
  numbers.length <= most
    ? [...numbers]
    : Array.from({ length: most }, (_, n) => numbers[Math.floor((n * numbers.length) / most)] as number);
