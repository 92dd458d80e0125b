/** @file Which parameters mattered: the share of each, as bars with their numbers. */
import type { StudyReport } from '@tintype/contracts/tune';
import { formatShare } from '../../components/format.ts';
import classes from './StudyScreen.module.css';
import { parameterLabel } from './study-words.ts';
import train from './Train.module.css';

/** What matters less is noise. */
const shown = 8;
const leastShare = 0.005;
/** As the server asks for. */
const fewestTrials = 12;

export function ImportanceBars({ report }: { report: StudyReport }) {
  const bars = report.importance.filter(({ share }) => share >= leastShare).slice(0, shown);
  const largest = Math.max(...bars.map(({ share }) => share), 0.01);
  const valued = report.coordinates.lines.length;
  return (
    <section className={train.card} aria-label="What mattered">
      <div className={train.cardHead}>
        <h2>What mattered</h2>
      </div>
      {bars.length === 0 ? (
        <p className={classes.none}>
          {valued < fewestTrials
            ? `It takes ${fewestTrials} trials with a value to tell; there are ${valued}.`
            : 'The good trials lie where all of them do: nothing stands out.'}
        </p>
      ) : (
        <ul className={classes.bars}>
          {bars.map(({ parameter, share }) => (
            <li key={parameter}>
              <span>
                {parameterLabel(parameter)}{' '}
                <small>{parameter.includes('.') ? `of ${parameter.replace(/\..*$/, '')}` : ''}</small>
              </span>
              <strong>{formatShare(share, 0)}</strong>
              <span className={classes.track} aria-hidden="true">
                <span style={{ width: `${(100 * share) / largest}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
