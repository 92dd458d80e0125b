/** @file One place of the grid: a picture with its class, or its mat while it is being loaded. */
import type { ListedSample } from '@tintype/contracts/catalog';
import { memo } from 'react';
import { ClassMark } from '../../components/ClassMark.tsx';
import { CheckIcon } from '../../components/icons.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import classes from './Tile.module.css';

export const tileId = (sampleId: string): string => `tile-${sampleId}`;

/** What the tile says to who cannot see it: class, file, split. */
export function describeSample({ className, path, split }: Pick<ListedSample, 'className' | 'path' | 'split'>): string {
  return [className ?? 'Unlabeled', path.split('/').at(-1), split].filter(Boolean).join(', ');
}

export interface TileProps {
  sample: ListedSample | undefined;
  position: number;
  total: number;
  isActive: boolean;
  isSelected: boolean;
}

export const Tile = memo(function Tile({ sample, position, total, isActive, isSelected }: TileProps) {
  if (!sample) {
    return (
      <div role="presentation" className={classes.place}>
        <span />
      </div>
    );
  }
  return (
    <div
      id={tileId(sample.id)}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an option of a select cannot hold a picture.
      role="option"
      aria-selected={isSelected}
      aria-label={describeSample(sample)}
      aria-setsize={total}
      aria-posinset={position + 1}
      className={classes.tile}
      data-position={position}
      data-active={isActive || undefined}
      title={sample.path}
    >
      <Thumbnail sampleId={sample.id} />
      <span className={classes.check} data-check>
        <CheckIcon size={16} />
      </span>
      <span className={classes.caption}>
        <ClassMark className={sample.className} />
      </span>
    </div>
  );
});
