/** @file The answer in words, and the probabilities of the likeliest classes as bars. */
import { ClassGlyph } from '../../components/ClassMark.tsx';
import { formatCounted, formatShare } from '../../components/format.ts';
import classes from './ProbabilityBars.module.css';
import { rankClasses } from './prediction-queue.ts';

/** Bars shown; the others are summed up in one line. */
const shownClasses = 5;

export function ProbabilityBars({
  prediction,
  probabilities,
}: {
  prediction: string;
  probabilities: Readonly<Record<string, number>>;
}) {
  const { top, rest } = rankClasses(probabilities, shownClasses);
  return (
    <>
      <p className={classes.prediction}>
        <ClassGlyph className={prediction} />
        <strong title={prediction}>{prediction}</strong>
      </p>
      <dl className={classes.bars}>
        {top.map(({ className, probability }) => (
          <div key={className} className={classes.row} data-top={className === prediction || undefined}>
            <dt title={className}>{className}</dt>
            <dd>{formatShare(probability)}</dd>
            <span className={classes.track} aria-hidden="true">
              <span style={{ width: `${probability * 100}%` }} />
            </span>
          </div>
        ))}
      </dl>
      {rest.count > 0 && (
        <p className={classes.rest}>
          {formatCounted(rest.count, 'other class', 'other classes')}: {formatShare(rest.probability)}
        </p>
      )}
    </>
  );
}
