/** @file What the catalog says of a picture itself: where it came from, how large it is, what it is called. */

import type { ListedSample } from '@tintype/contracts/catalog';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatSize, formatTime } from '../../components/format.ts';
import { picturesPath } from './gallery-filter.ts';
import classes from './Sample.module.css';

/** What can be asked for in the grid is a link to it. `hasClass`: where nothing beside it says the class. */
export function SampleFacts({ sample, hasClass = true }: { sample: ListedSample; hasClass?: boolean }) {
  const { dataset, split, group } = sample;
  const size = `${formatCount(sample.widthPx)} × ${formatCount(sample.heightPx)} px`;
  const facts: [string, ReactNode][] = [
    ...(hasClass ? [['Class', <ClassMark key="class" className={sample.className} />] as [string, ReactNode]] : []),
    ['Path', sample.path],
    [
      'Dataset',
      <Link key="dataset" href={picturesPath({ dataset })}>
        {dataset}
      </Link>,
    ],
    [
      'Split',
      split === null ? (
        'in no snapshot yet'
      ) : (
        <Link key="split" href={picturesPath({ dataset, split })}>
          {split}
        </Link>
      ),
    ],
    ...(group === null
      ? []
      : ([
          [
            'Group',
            <Link key="group" href={picturesPath({ group })}>
              {group}
            </Link>,
          ],
        ] as [string, ReactNode][])),
    ['Size', `${size}, ${formatSize(sample.sizeBytes)}, ${sample.format.toUpperCase()}`],
    ['Ingested', formatTime(sample.createdAt)],
    ...(sample.removedAt === null ? [] : ([['Removed', formatTime(sample.removedAt)]] as [string, ReactNode][])),
    ['Sample', <code key="id">{sample.id}</code>],
    ['SHA-256', <code key="hash">{sample.contentHash}</code>],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
