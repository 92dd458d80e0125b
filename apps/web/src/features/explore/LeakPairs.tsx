/** @file Pictures of different splits that look alike to the backbone, though they are no duplicates: judged by eye. */
import { Button } from '@mantine/core';
import type { ExploreReport } from '@tintype/contracts/explore';
import { useState } from 'react';
import { formatCount, formatCounted, formatShare } from '../../components/format.ts';
import { Panel } from '../registry/EvaluationView.tsx';
import classes from './LeakPairs.module.css';
import { SampleTile } from './SampleTile.tsx';

const pagePairs = 12;

export function LeakPairs({ report: { leakage } }: { report: ExploreReport }) {
  const [shown, setShown] = useState(pagePairs);
  const { snapshot, groups, pairs } = leakage;
  return (
    <Panel title="Alike across splits">
      <p className={classes.words}>
        {snapshot === null
          ? 'The dataset was not split yet. Training splits it, and keeps every group of duplicates in one split.'
          : groups > 0
            ? `${formatCounted(groups, 'group')} of duplicates ${groups === 1 ? 'is' : 'are'} divided between splits: choose "Across splits" above.`
            : pairs.length > 0
              ? 'No group of duplicates is divided between splits. These pairs are no duplicates, but closer than neighbors usually are: where they show one scene, its pictures belong in one group.'
              : 'No group of duplicates is divided between splits, and no two pictures of different splits are unusually close.'}
      </p>
      {pairs.length > 0 && (
        <ul className={classes.pairs}>
          {pairs.slice(0, shown).map(({ samples, similarity }) => (
            <li key={samples.map(({ id }) => id).join()}>
              {samples.map((sample) => (
                <SampleTile key={sample.id} sample={sample}>
                  <span className={classes.split}>{sample.split}</span>
                </SampleTile>
              ))}
              <span className={classes.alike}>{formatShare(similarity)} alike</span>
            </li>
          ))}
        </ul>
      )}
      {pairs.length > shown && (
        <Button variant="default" mt="md" onClick={() => setShown(pairs.length)}>
          Show all {formatCount(pairs.length)}
        </Button>
      )}
    </Panel>
  );
}
