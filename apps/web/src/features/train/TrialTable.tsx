/** @file Every trial, the best first, each with the command that trains the same again. */
import { Button } from '@mantine/core';
import type { StudyReport, Trial } from '@tintype/contracts/tune';
import { useState } from 'react';
import { Command } from '../../components/Command.tsx';
import { formatCounted, formatShare, formatShareWithInterval, formatSpan } from '../../components/format.ts';
import { useNow } from '../../components/use-now.ts';
import { StatusMark } from './StatusMark.tsx';
import classes from './StudyScreen.module.css';
import { describeBranch, describeRest } from './study-words.ts';
import train from './Train.module.css';

export interface TrialTableProps {
  report: StudyReport;
  hovered: number | null;
  onHover: (number: number | null) => void;
}

type Told = StudyReport['trials'][number];

const shownAtFirst = 12;
const words: Record<Trial['status'], string> = {
  running: 'Under way',
  complete: 'Complete',
  pruned: 'Ended early',
  failed: 'Failed',
};
const order: Record<Trial['status'], number> = { running: 0, complete: 1, pruned: 2, failed: 3 };

const rank = (a: Told, b: Told): number =>
  order[a.status] - order[b.status] || (b.value ?? -1) - (a.value ?? -1) || a.number - b.number;

export function TrialTable({ report, hovered, onHover }: TrialTableProps) {
  const [isAll, setAll] = useState(false);
  const ranked = [...report.trials].sort(rank);
  const shown = isAll ? ranked : ranked.slice(0, shownAtFirst);
  return (
    <section className={train.card} aria-label="Trials">
      <div className={train.cardHead}>
        <h2>{formatCounted(ranked.length, 'trial')}</h2>
        <span className={train.dim}>those under way, then the best first</span>
      </div>
      <div className={classes.scroller}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col" className={classes.number}>
                #
              </th>
              <th scope="col">Value</th>
              <th scope="col">State</th>
              <th scope="col">Settings</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((trial) => (
              <Row
                key={trial.number}
                trial={trial}
                isBest={trial.number === report.best}
                isHovered={trial.number === hovered}
                onHover={onHover}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className={train.cardFoot}>
        {shown.length < ranked.length && (
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
            Show all {ranked.length}
          </Button>
        )}
      </div>
    </section>
  );
}

interface RowProps {
  trial: Told;
  isBest: boolean;
  isHovered: boolean;
  onHover: (number: number | null) => void;
}

function Row({ trial, isBest, isHovered, onHover }: RowProps) {
  const { number, status, value, interval, settings, note, command, startedAt, endedAt, intermediateValues } = trial;
  const now = useNow();
  const known = value ?? intermediateValues.at(-1)?.value;
  return (
    <tr
      data-best={isBest || undefined}
      data-hovered={isHovered || undefined}
      onPointerEnter={() => onHover(value === null ? null : number)}
      onPointerLeave={() => onHover(null)}
    >
      <th scope="row" className={classes.number}>
        {number}
      </th>
      <td className={classes.value}>
        {known === undefined
          ? '–'
          : interval && value !== null
            ? formatShareWithInterval(value, interval)
            : formatShare(known)}
      </td>
      <td>
        <StatusMark status={status} words={isBest ? 'Best' : words[status]} />
      </td>
      <td>
        <strong>{describeBranch(settings)}</strong> {describeRest(settings)}
        {note !== null && <div className={classes.note}>{note}</div>}
        <details>
          <summary>Train it again</summary>
          <Command line={command} />
        </details>
      </td>
      <td className={`${classes.number} ${classes.wide}`}>{formatSpan((endedAt ?? now) - startedAt)}</td>
    </tr>
  );
}
