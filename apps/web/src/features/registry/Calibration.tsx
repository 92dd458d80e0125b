/** @file How far confidence and accuracy lie apart, before and after temperature scaling (Guo et al. 2017). */
import type { Evaluation } from '@tintype/contracts/evaluate';
import { formatShare } from '../../components/format.ts';
import classes from './Calibration.module.css';

export function Calibration({ calibration }: { calibration: Evaluation['calibration'] }) {
  const { before, after, temperature } = calibration;
  const longest = Math.max(before, after, 0.001);
  return (
    <>
      <dl className={classes.bars}>
        {(
          [
            ['Before', before],
            ['After', after],
          ] as const
        ).map(([name, error]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatShare(error)}</dd>
            <span className={classes.track} aria-hidden="true">
              <span data-name={name} style={{ width: `${(error / longest) * 100}%` }} />
            </span>
          </div>
        ))}
      </dl>
      <p className={classes.words}>
        Expected calibration error: how far stated probability and share of right answers lie apart on average.
        Temperature {temperature.toFixed(2)}.
      </p>
    </>
  );
}
