/** @file Where a picture was ever trained on: snapshots with their split, and the versions that came of them. */
import type { SampleView } from '@tintype/contracts/api';
import type { SampleUse } from '@tintype/contracts/curation';
import { Link } from 'wouter';
import { formatTime } from '../../components/format.ts';
import classes from './Sample.module.css';

/** What being in a split means for a model. */
const splitWords = {
  train: 'learned from it',
  validation: 'was tuned on it',
  test: 'was measured on it',
} as const satisfies Record<SampleUse['split'], string>;

export function SampleUses({ sample: { uses } }: { sample: SampleView }) {
  if (uses.length === 0) return <p className={classes.none}>It is in no snapshot: no model has seen it.</p>;
  return (
    <ul className={classes.uses}>
      {uses.map((use) => (
        <li key={use.snapshot}>
          {use.versions.length === 0 ? (
            <>No version came of this snapshot yet</>
          ) : (
            use.versions.map(({ model, version }, index) => (
              <span key={`${model}@${version}`}>
                {index > 0 && ', '}
                <Link href={`/models/${encodeURIComponent(model)}/${version}`}>
                  {model}@{version}
                </Link>
              </span>
            ))
          )}
          {use.versions.length > 0 && ` ${splitWords[use.split]}`}
          <p>
            {use.split} split of {use.snapshot}, as {use.className}, {formatTime(use.createdAt)}
          </p>
        </li>
      ))}
    </ul>
  );
}
