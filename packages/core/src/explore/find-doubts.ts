/** @file Labels that heads which have not seen them doubt: the engine of labeling, over a whole dataset. */
import type { Doubt, ExploreReport, MapDoubt } from '@tintype/contracts/explore';
import { type ExploredRow, toExplored } from './explored-rows.ts';
import type { PictureMap } from './picture-map.ts';

export type FoundDoubts = ExploreReport['doubts'] & {
  /** [N] */
  kinds: MapDoubt[];
};

const shownDoubts = 100;

/** `rows` are those of the map; groups of duplicates are never divided between folds. Nothing where fewer than two classes have labels. */
export async function findDoubts(
  map: Pick<PictureMap, 'doubts'>,
  rows: readonly ExploredRow[],
  { groupOf, seed }: { groupOf: ReadonlyMap<string, number>; seed: number },
): Promise<FoundDoubts> {
  const classes = [...new Set(rows.flatMap(({ className }) => (className === null ? [] : [className])))].sort();
  const labeled = [...rows.keys()].filter((n) => rows[n]?.className !== null);
  const kinds: MapDoubt[] = rows.map(({ className }) => (className === null ? 'unlabeled' : 'agrees'));
  if (classes.length < 2) return { labels: labeled.length, likelyWrong: 0, items: [], kinds };

  const found = await map.doubts({
    labeled: Int32Array.from(labeled),
    classIndices: Int32Array.from(labeled, (n) => classes.indexOf(rows[n]?.className as string)),
    classCount: classes.length,
    groups: labeled.map((n) => groupName(rows[n] as ExploredRow, groupOf)),
    seed,
  });
  const describe = (position: number): Doubt => ({
    sample: toExplored(rows[labeled[position] as number] as ExploredRow),
    confidence: found.confidences[position] as number,
    suggestion: {
      className: classes[found.suggested[position] as number] as string,
      confidence: Math.min(1, found.suggestedConfidences[position] as number),
    },
    isLikelyWrong: found.likelyWrong[position] === 1,
  });
  labeled.forEach((n, position) => {
    const isUnsure = (found.suggestedConfidences[position] as number) > (found.confidences[position] as number);
    kinds[n] = found.likelyWrong[position] === 1 ? 'wrong' : isUnsure ? 'unsure' : 'agrees';
  });
  return {
    labels: labeled.length,
    likelyWrong: found.likelyWrong.reduce((sum, one) => sum + one, 0),
    items: Array.from(found.order.slice(0, shownDoubts), describe),
    kinds,
  };
}

function groupName({ id }: ExploredRow, groupOf: ReadonlyMap<string, number>): string {
  const group = groupOf.get(id);
  return group === undefined ? id : `g${group}`;
}
