/** @file The pictures that match with what is said of them, or why there are none. */
import { useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import classes from './Gallery.module.css';
import { GalleryEmpty } from './GalleryEmpty.tsx';
import { Grid } from './Grid.tsx';
import type { PicturesQuery } from './gallery-filter.ts';
import { tileSteps, usualStep } from './grid.ts';
import type { Pickable } from './PickFor.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TrashNote } from './TrashNote.tsx';
import type { GalleryState } from './use-gallery.ts';

export interface GalleryProps {
  gallery: GalleryState;
  isEmptyWorkspace: boolean;
  onChange: (query: PicturesQuery) => void;
  onSearch: () => void;
}

export function Gallery({ gallery, isEmptyWorkspace, onChange, onSearch }: GalleryProps) {
  const [stored, setStored] = useLocalStorage<number>({
    key: 'tintype-tile-step',
    defaultValue: usualStep,
    getInitialValueInEffect: false,
  });
  const [picker, setPicker] = useState<Pickable | null>(null);
  const step = Number.isFinite(stored) ? stored : usualStep;
  const changeStep = (next: number): void => setStored(Math.min(tileSteps.length - 1, Math.max(0, next)));
  const { query } = gallery;
  return (
    <>
      <StatusLine gallery={gallery} step={step} onStep={changeStep} onChange={onChange} />
      {query.removed && <TrashNote gallery={gallery} onLeave={() => onChange({})} />}
      {gallery.error ? (
        <div className={classes.notice}>
          <ProblemNotice error={gallery.error} onRetry={gallery.retry} />
        </div>
      ) : !gallery.isPending && gallery.total === 0 ? (
        <GalleryEmpty query={query} isEmptyWorkspace={isEmptyWorkspace} onChange={onChange} />
      ) : (
        <div className={classes.stage}>
          <Grid
            gallery={gallery}
            step={step}
            onStep={changeStep}
            isPicking={picker !== null}
            onPick={setPicker}
            onSearch={onSearch}
          />
          <SelectionBar gallery={gallery} picker={picker} onPicker={setPicker} />
        </div>
      )}
    </>
  );
}
