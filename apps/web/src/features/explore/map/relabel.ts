/** @file Points with labels that were given since the map was loaded. Pure. */
import { type MapDoubt, mapDoubts } from '@tintype/contracts/explore';
import type { Points } from './points.ts';

/** A label given by hand is not in doubt until the next exploration. */
export function relabel(points: Points, labels: ReadonlyMap<string, string | null>): Points {
  if (labels.size === 0) return points;
  const classes = [...points.classes];
  const classIndices = points.classIndices.slice();
  const doubts = points.doubts.slice();
  points.sampleIds.forEach((id, n) => {
    const className = labels.get(id);
    if (className === undefined) return;
    if (className !== null && !classes.includes(className)) classes.push(className);
    classIndices[n] = className === null ? -1 : classes.indexOf(className);
    doubts[n] = mapDoubts.indexOf((className === null ? 'unlabeled' : 'agrees') satisfies MapDoubt);
  });
  return { ...points, classes, classIndices, doubts };
}
