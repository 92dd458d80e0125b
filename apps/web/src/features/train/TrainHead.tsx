/** @file The top of the two lists of Train: which of them, and the buttons that begin something. */
import { Button } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { bindActions } from '../../components/actions.ts';
import { Keys } from '../../components/Keys.tsx';
import { useScope } from '../../components/use-scope.ts';
import { trainActions } from './actions.ts';
import { trainPaths } from './paths.ts';
import classes from './Train.module.css';
import { useKeys } from './use-keys.ts';

const tabs = [
  { path: trainPaths.runs, label: 'Runs' },
  { path: trainPaths.studies, label: 'Studies' },
] as const;

export function TrainHead() {
  const [path, navigate] = useLocation();
  const isAllowed = useScope('train');
  const { start, tune } = trainActions;
  useKeys(
    isAllowed
      ? bindActions({ start, tune }, { start: () => navigate(trainPaths.start), tune: () => navigate(trainPaths.tune) })
      : [],
  );
  return (
    <div className={classes.head}>
      <h1>Train</h1>
      <nav className={classes.tabs} aria-label="Of Train">
        {tabs.map((tab) => (
          <Link key={tab.path} href={tab.path} aria-current={tab.path === path ? 'page' : undefined}>
            {tab.label}
          </Link>
        ))}
      </nav>
      {isAllowed && (
        <div className={classes.begin}>
          <Button variant="default" component={Link} href={trainPaths.tune} rightSection={<Keys name="t" />}>
            Tune
          </Button>
          <Button component={Link} href={trainPaths.start} rightSection={<Keys name="n" />}>
            Start a training
          </Button>
        </div>
      )}
    </div>
  );
}
