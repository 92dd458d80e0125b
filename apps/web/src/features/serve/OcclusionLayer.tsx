/** @file The map of what an answer depends on, over its picture: the rest is darkened. */
import type { Occlusion } from '@tintype/contracts/serve';
import classes from './OcclusionLayer.module.css';
import { describeOcclusion, placeMap, weighCells } from './occlusion.ts';

/** Of the frame that previews are shown in. */
const frameRatio = 4 / 3;
const darkest = 0.72;

/** `ratio`: width by height of the picture. */
export function OcclusionLayer({ map, ratio }: { map: Occlusion; ratio: number }) {
  const { rows, columns } = map;
  const place = placeMap(ratio, frameRatio, map.region);
  const percent = (share: number): string => `${100 * share}%`;
  return (
    <svg
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, and has no file.
      role="img"
      aria-label={describeOcclusion(map)}
      className={classes.layer}
      viewBox={`0 0 ${columns} ${rows}`}
      preserveAspectRatio="none"
      shapeRendering="crispEdges"
      style={{
        left: percent(place.left),
        top: percent(place.top),
        width: percent(place.width),
        height: percent(place.height),
      }}
    >
      {weighCells(map).map((weight, cell) => {
        const [x, y] = [cell % columns, Math.floor(cell / columns)];
        return <rect key={`${x} ${y}`} x={x} y={y} width="1" height="1" opacity={darkest * (1 - weight)} />;
      })}
    </svg>
  );
}
