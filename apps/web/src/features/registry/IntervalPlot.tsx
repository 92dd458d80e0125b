/** @file A share as a dot on its interval; the numbers stand beside it. */
import classes from './IntervalPlot.module.css';

export interface IntervalPlotProps {
  share: number;
  interval: readonly [number, number];
  /** Shares at the left and the right end. */
  scale: readonly [number, number];
}

export function IntervalPlot({ share, interval, scale }: IntervalPlotProps) {
  const place = (value: number): string => `${(100 * (value - scale[0])) / (scale[1] - scale[0])}%`;
  const [low, high] = interval;
  return (
    <span className={classes.plot} aria-hidden="true">
      <span className={classes.range} style={{ left: place(low), right: `calc(100% - ${place(high)})` }} />
      <span className={classes.dot} style={{ left: place(share) }} />
    </span>
  );
}
