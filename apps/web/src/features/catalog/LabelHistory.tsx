/** @file Who gave a picture which class and when; the last can be taken back, an earlier one given again. */

import { Button } from '@mantine/core';
import type { SampleView } from '@tintype/contracts/api';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatTime } from '../../components/format.ts';
import { sourceWords } from './filter-words.ts';
import { findWay } from './label-ways.ts';
import classes from './Sample.module.css';
import { useLabelSamples } from './use-label-samples.ts';

/** Newest first. `canLabel`: with the ways back. */
export function LabelHistory({ sample, canLabel = true }: { sample: SampleView; canLabel?: boolean }) {
  const label = useLabelSamples();
  const { id, className, group, labels } = sample;
  if (labels.length === 0) return <p className={classes.none}>Nobody has labeled this picture.</p>;
  const give = (next: string | null): void => label([{ id, className, group }], next);
  const newest = labels.toReversed();
  return (
    <ol className={classes.labels}>
      {newest.map((event, index) => {
        const way = canLabel ? findWay(newest, index, className) : undefined;
        return (
          <li key={event.id}>
            <ClassMark className={event.className} />
            <span>
              {event.annotator}, {sourceWords[event.source]}
            </span>
            <time dateTime={new Date(event.at).toISOString()}>{formatTime(event.at)}</time>
            {way && (
              <Button size="compact-xs" variant="subtle" onClick={() => give(way.className)}>
                {way.label}
              </Button>
            )}
          </li>
        );
      })}
    </ol>
  );
}
