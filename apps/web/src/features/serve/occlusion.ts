/** @file Where a map of what an answer depends on lies over a picture that is shown whole in its frame. Pure. */
import type { Occlusion } from '@tintype/contracts/serve';

/** As shares of the frame. */
export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A picture of `ratio` (width by height) shown whole in the middle of a frame of `frameRatio`; the part of it that the model sees. */
export function placeMap(ratio: number, frameRatio: number, region: Occlusion['region']): Place {
  const width = Math.min(1, ratio / frameRatio);
  const height = Math.min(1, frameRatio / ratio);
  const [left, top] = [(1 - width) / 2, (1 - height) / 2];
  return {
    left: left + region.left * width,
    top: top + region.top * height,
    width: region.width * width,
    height: region.height * height,
  };
}

/** Less than this is noise of the covering, not something the model looks at. */
const leastDrop = 0.02;

/** How strongly each cell is shown, 0 to 1 of the largest drop; all 0 where nothing matters much. */
export function weighCells({ drops }: Pick<Occlusion, 'drops'>): number[] {
  const most = Math.max(...drops);
  return drops.map((drop) => (most < leastDrop || drop <= 0 ? 0 : drop / most));
}

/** `Covering the brightest part takes 34.2 points from “boxes”.` */
export function describeOcclusion({ class: className, drops }: Occlusion): string {
  const most = Math.max(...drops);
  if (most < leastDrop)
    return `No single part matters: covering any takes less than ${Math.round(leastDrop * 100)} points from “${className}”.`;
  return `Covering the brightest part takes ${(most * 100).toFixed(1)} points from “${className}”.`;
}
