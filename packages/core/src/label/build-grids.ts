/** @file Pages of pictures that are suggested to be of one class, the surest first: accept all but those that are not. */

export interface GridRequest {
  /** [N, classCount] */
  probabilities: Float32Array;
  classCount: number;
  /** Rows that may be shown: without a label, not hidden. */
  open: readonly number[];
  /** Pictures of a page at most. */
  size: number;
}

export interface Grid {
  classIndex: number;
  /** Surest first. */
  rows: number[];
  /** Of each row, that it is of the class. */
  confidences: number[];
  /** Wrong pictures to expect on the page. */
  expectedWrong: number;
  /** Open pictures that are suggested to be of the class, the page's included. */
  waiting: number;
}

/** One page per class that is suggested for any open picture; the page with the smallest share of wrong pictures to expect first. */
export function buildGrids({ probabilities, classCount, open, size }: GridRequest): Grid[] {
  const waiting = Array.from({ length: classCount }, (): { row: number; confidence: number }[] => []);
  for (const row of open) {
    const own = probabilities.subarray(row * classCount, (row + 1) * classCount);
    const classIndex = own.indexOf(Math.max(...own));
    waiting[classIndex]?.push({ row, confidence: own[classIndex] as number });
  }
  const grids = waiting.flatMap((all, classIndex): Grid[] => {
    if (all.length === 0) return [];
    const page = all.toSorted((a, b) => b.confidence - a.confidence || a.row - b.row).slice(0, size);
    return [
      {
        classIndex,
        rows: page.map((one) => one.row),
        confidences: page.map((one) => one.confidence),
        expectedWrong: page.reduce((sum, one) => sum + 1 - one.confidence, 0),
        waiting: all.length,
      },
    ];
  });
  return grids.sort((a, b) => a.expectedWrong / a.rows.length - b.expectedWrong / b.rows.length);
}
