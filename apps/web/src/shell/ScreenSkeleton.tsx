/** @file Holds a screen's place while its code arrives. */
import { Skeleton } from '@mantine/core';
import classes from './Screen.module.css';

export function ScreenSkeleton() {
  return (
    <div className={classes.screen} aria-busy="true">
      <Skeleton height={28} width={140} />
      <Skeleton height={220} />
    </div>
  );
}
