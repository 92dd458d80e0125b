/** @file One place of the grid: a picture with its class, or its mat while it is being loaded. Dozens come with every row: it has few elements. */
import type { ListedSample } from '@tintype/contracts/catalog';
import { memo } from 'react';
import { MarkGlyph } from '../../components/ClassMark.tsx';
import type { Mark } from '../../components/class-marks.ts';
import { formatShare } from '../../components/format.ts';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import classes from './Tile.module.css';

export const tileId = (sampleId: string): string => `tile-${sampleId}`;

/** Whether a model's answer is not the label; nobody knows where there is none. */
const isWrong = ({ className, prediction }: ListedSample): boolean =>
  prediction !== undefined && className !== null && prediction.predicted !== className;

/** What the tile says to who cannot see it, after the class: file, split, and what a model answered. */
function describeBeside(sample: ListedSample): string {
  const { path, split, prediction } = sample;
  const answer = prediction && `answered ${prediction.predicted}${isWrong(sample) ? ', wrong' : ''}`;
  return ['', answer, path.split('/').at(-1), split].filter((part) => part !== undefined && part !== null).join(', ');
}

/** A picture in words: class, file, split. */
export const describeSample = (sample: ListedSample): string =>
  `${sample.className ?? 'Unlabeled'}${describeBeside(sample)}`;

export interface TileProps {
  sample: ListedSample | undefined;
  position: number;
  total: number;
  isActive: boolean;
  isSelected: boolean;
  /** It was changed so that it is about to leave this view. */
  isLeaving: boolean;
  markOf: (className: string) => Mark;
}

export const Tile = memo(function Tile({
  sample,
  position,
  total,
  isActive,
  isSelected,
  isLeaving,
  markOf,
}: TileProps) {
  if (!sample) return <div role="presentation" className={classes.place} />;
  return (
    <div
      id={tileId(sample.id)}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an option of a select cannot hold a picture.
      role="option"
      aria-selected={isSelected}
      aria-setsize={total}
      aria-posinset={position + 1}
      className={classes.tile}
      data-position={position}
      data-active={isActive || undefined}
      data-leaving={isLeaving || undefined}
      title={sample.path}
    >
      <Thumbnail sampleId={sample.id} />
      <span className={classes.check} data-check />
      <span className={classes.caption}>
        {sample.className === null ? (
          <span className={classes.unlabeled}>Unlabeled</span>
        ) : (
          <>
            <MarkGlyph mark={markOf(sample.className)} />
            <span className={classes.name}>{sample.className}</span>
          </>
        )}
        <Beside sample={sample} markOf={markOf} />
        <span className={classes.hidden}>{describeBeside(sample)}</span>
      </span>
    </div>
  );
});

/** What the query asks for beside the class: the answer of a version, or a measure. */
function Beside({ sample, markOf }: { sample: ListedSample; markOf: (className: string) => Mark }) {
  const { prediction, measure } = sample;
  if (prediction)
    return (
      <span className={classes.beside} data-wrong={isWrong(sample) || undefined}>
        {isWrong(sample) && (
          <>
            ≠ <MarkGlyph mark={markOf(prediction.predicted)} />
          </>
        )}
        {formatShare(prediction.confidence, 0)}
      </span>
    );
  if (measure === undefined) return null;
  return <span className={classes.beside}>{formatMeasure(measure)}</span>;
}

/** Three digits that count. */
export const formatMeasure = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(Math.abs(value) < 1 ? 2 : 3);
