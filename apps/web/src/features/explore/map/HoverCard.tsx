/** @file The picture of the point that is pointed at, beside it. */
import { splits } from '@tintype/contracts/ids';
import { ClassMark } from '../../../components/ClassMark.tsx';
import { Thumbnail } from '../../../components/Thumbnail.tsx';
import classes from './HoverCard.module.css';
import type { Hover } from './MapCanvas.tsx';
import type { Points } from './points.ts';

/** Less on a phone, which has little beside it. */
const widthPx = window.innerWidth < 600 ? 104 : 148;
const heightPx = widthPx + 48;
const gapPx = 14;

export function HoverCard({ hover, points }: { hover: Hover; points: Points }) {
  const sampleId = points.sampleIds[hover.point];
  if (sampleId === undefined) return null;
  const className = points.classes[points.classIndices[hover.point] ?? -1] ?? null;
  const split = splits[points.splits[hover.point] ?? -1];
  return (
    <div
      className={classes.card}
      aria-live="polite"
      style={{
        width: widthPx,
        left: `clamp(8px, ${hover.x + gapPx}px, calc(100% - ${widthPx + 8}px))`,
        top: `clamp(8px, ${hover.y - heightPx / 2}px, calc(100% - ${heightPx + 8}px))`,
      }}
    >
      <Thumbnail key={sampleId} sampleId={sampleId} />
      <span className={classes.words}>
        <ClassMark className={className} />
        {split && <span className={classes.split}>{split}</span>}
      </span>
    </div>
  );
}
