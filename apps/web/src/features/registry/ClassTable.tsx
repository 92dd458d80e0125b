/** @file Precision and recall of each class as bars, with their intervals. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatInterval, formatShare } from '../../components/format.ts';
import classes from './ClassTable.module.css';
import { type Confusion, computeClassIntervals } from './confusion.ts';

export function ClassTable({ classes: rows, confusion }: { classes: Evaluation['classes']; confusion: Confusion }) {
  const intervals = computeClassIntervals(confusion);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" className={classes.number}>
            Pictures
          </th>
          <th scope="col">Precision</th>
          <th scope="col">Recall</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={row.className}>
            <th scope="row">
              <ClassMark className={row.className} />
            </th>
            <td className={classes.number}>{formatCount(row.support)}</td>
            <Share share={row.precision} interval={intervals[index]?.precision} />
            <Share share={row.recall} interval={intervals[index]?.recall} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Nothing was predicted as this class, or there was no picture of it: then there is no share. */
function Share({ share, interval }: { share: number | null; interval: [number, number] | undefined }) {
  if (share === null) return <td>none</td>;
  return (
    <td>
      <span className={classes.share}>
        {formatShare(share)} {interval && <span>({formatInterval(interval, 0)})</span>}
      </span>
      <span className={classes.track} aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </td>
  );
}
