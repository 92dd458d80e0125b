/** @file Every class by itself: its mean picture and color, how it measures, some of its pictures. */
import type { ExploredClass, ExploreReport, PixelMeasureName } from '@tintype/contracts/explore';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import { RightIcon } from '../../components/icons.tsx';
import { picturesPath } from '../catalog/gallery-filter.ts';
import classes from './ClassesView.module.css';
import { SampleSheet, SampleTile } from './SampleTile.tsx';

const shownMeasures: readonly { name: PixelMeasureName; label: string; digits: number }[] = [
  { name: 'brightness', label: 'Brightness', digits: 2 },
  { name: 'contrast', label: 'Contrast', digits: 2 },
  { name: 'sharpness', label: 'Sharpness', digits: 0 },
  { name: 'colorfulness', label: 'Colorfulness', digits: 0 },
];

export function ClassesView({ report }: { report: ExploreReport }) {
  return (
    <>
      {report.classes.map((one) => (
        <ClassCard key={one.className ?? ''} one={one} dataset={report.dataset} />
      ))}
    </>
  );
}

function ClassCard({ one, dataset }: { one: ExploredClass; dataset: string }) {
  const { className, pictures, meanPicture, meanColor, sheet, measures } = one;
  const name = className ?? 'Without a label';
  return (
    <section className={classes.card} aria-label={name}>
      <div className={classes.head}>
        <h2>{className === null ? name : <ClassMark className={className} />}</h2>
        <span className={classes.count}>{formatCounted(pictures, 'picture')}</span>
        <Link className={classes.all} href={picturesPath({ dataset, class: className ?? '' })}>
          All of them <RightIcon size={14} />
        </Link>
      </div>
      <div className={classes.body}>
        <div className={classes.portrait}>
          {meanPicture ? (
            <img src={`data:image/jpeg;base64,${meanPicture}`} alt={`Mean of ${name}`} />
          ) : (
            <span className={classes.gap} />
          )}
          <span className={classes.caption}>
            {meanColor && <span className={classes.swatch} style={{ background: meanColor }} aria-hidden="true" />}
            Mean picture{meanColor && `, ${meanColor}`}
          </span>
          <dl className={classes.measures}>
            {shownMeasures.map(({ name: measure, label, digits }) => {
              const spread = measures[measure];
              return (
                spread && (
                  <div key={measure}>
                    <dt>{label}</dt>
                    <dd title={`${spread.low.toFixed(digits)} to ${spread.high.toFixed(digits)} in nine of ten`}>
                      {formatCount(Number(spread.median.toFixed(digits)))}
                    </dd>
                  </div>
                )
              );
            })}
          </dl>
        </div>
        <SampleSheet label={`Pictures of ${name}, drawn at random`}>
          {sheet.map((sample) => (
            <li key={sample.id}>
              <SampleTile sample={sample} hasNoClass />
            </li>
          ))}
        </SampleSheet>
      </div>
    </section>
  );
}
