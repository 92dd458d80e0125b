/** @file What was measured on the pixels of a picture; each measure leads to the pictures in its order. */
import { measureNames } from '@tintype/contracts/catalog';
import { measureMeanings, type SampleMeasures } from '@tintype/contracts/curation';
import { Link } from 'wouter';
import { measureWords } from './filter-words.ts';
import { picturesPath } from './gallery-filter.ts';
import classes from './Sample.module.css';
import { formatMeasure } from './Tile.tsx';

export function MeasureList({ measures }: { measures: SampleMeasures }) {
  const known = measureNames.flatMap((name) => {
    const value = measures[name];
    return value === null ? [] : [{ name, value }];
  });
  return (
    <dl className={classes.facts}>
      {known.map(({ name, value }) => (
        <div key={name}>
          <dt>
            <Link href={picturesPath({ sort: name })} title={measureMeanings[name]}>
              {measureWords[name].name}
            </Link>
          </dt>
          <dd>{formatMeasure(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
