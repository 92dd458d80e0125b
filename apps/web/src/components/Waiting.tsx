/** @file Holds the place of what is on its way; where that takes longer than a moment, says what it is. */
import { Skeleton } from '@mantine/core';
import classes from './Waiting.module.css';

export interface WaitingProps {
  /** `the runs`: what is waited for. */
  what: string;
  height?: number;
  className?: string | undefined;
}

export function Waiting({ what, height, className }: WaitingProps) {
  return (
    <div
      className={`${classes.place}${className === undefined ? '' : ` ${className}`}`}
      style={height === undefined ? undefined : { height }}
      aria-busy
    >
      <Skeleton height="100%" radius={10} style={{ position: 'absolute', inset: 0 }} />
      <output className={classes.word}>Waiting for {what}</output>
    </div>
  );
}
