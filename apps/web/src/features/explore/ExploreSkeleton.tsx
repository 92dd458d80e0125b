/** @file Holds the place of an exploration until it is there. */
import { Skeleton } from '@mantine/core';
import { Waiting } from '../../components/Waiting.tsx';
import classes from './ExploreSkeleton.module.css';

export function ExploreSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      <Skeleton height={84} radius={10} />
      <Waiting what="the exploration" height={220} />
      <div className={classes.columns}>
        <Skeleton height={300} radius={10} />
        <Skeleton height={300} radius={10} />
      </div>
    </div>
  );
}
