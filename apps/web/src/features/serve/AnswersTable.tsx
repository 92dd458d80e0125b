/** @file Many answers as a table: one row a picture, to be looked over and downloaded. */
import { ActionIcon } from '@mantine/core';
import { useState } from 'react';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatDuration, formatShare } from '../../components/format.ts';
import { CloseIcon, FileIcon } from '../../components/icons.tsx';
import classes from './AnswersTable.module.css';
import { formatDifference } from './browser/parity.ts';
import type { ParityById } from './browser/use-parity.ts';
import { type EntryState, type Queue, type QueueEntry, rankClasses } from './prediction-queue.ts';

export interface AnswersTableProps {
  queue: Queue;
  parity: ParityById;
  getPreviewUrl: (id: number) => string | undefined;
  onRemove: (id: number) => void;
}

/** Rows drawn; the download has all. */
const mostRows = 500;

export function AnswersTable({ queue, parity, getPreviewUrl, onRemove }: AnswersTableProps) {
  const hasParity = parity.size > 0;
  return (
    <div className={classes.scroller}>
      <table className={classes.table} aria-label="Answers">
        <thead>
          <tr>
            <th scope="col">
              <span className={classes.hidden}>Preview</span>
            </th>
            <th scope="col">Picture</th>
            <th scope="col">Answer</th>
            <th scope="col" data-number>
              Confidence
            </th>
            <th scope="col" className={classes.wide}>
              Then
            </th>
            {hasParity && (
              <th scope="col" data-number className={classes.wide}>
                Differs here
              </th>
            )}
            <th scope="col" data-number className={classes.wide}>
              Time
            </th>
            <th scope="col">
              <span className={classes.hidden}>Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {queue.slice(0, mostRows).map((entry) => (
            <Row
              key={entry.id}
              entry={entry}
              previewUrl={getPreviewUrl(entry.id)}
              difference={hasParity ? differenceOf(parity, entry.id) : undefined}
              onRemove={() => onRemove(entry.id)}
            />
          ))}
        </tbody>
      </table>
      {queue.length > mostRows && (
        <p className={classes.more}>Only the first {mostRows} are drawn; the download has all.</p>
      )}
    </div>
  );
}

function differenceOf(parity: ParityById, id: number): string {
  const one = parity.get(id);
  return one && 'difference' in one ? formatDifference(one.difference) : '';
}

interface RowProps {
  entry: QueueEntry;
  previewUrl: string | undefined;
  difference: string | undefined;
  onRemove: () => void;
}

function Row({ entry: { name, state }, previewUrl, difference, onRemove }: RowProps) {
  const prediction = state.kind === 'answered' ? state.prediction : undefined;
  const { top } = rankClasses(prediction?.probabilities ?? {}, 3);
  const rest = top.filter(({ className }) => className !== prediction?.prediction);
  return (
    <tr>
      <td className={classes.thumb}>
        <Preview url={previewUrl} />
      </td>
      <th scope="row" title={name}>
        <span>{name}</span>
      </th>
      <td className={classes.answer}>
        {prediction?.prediction ? (
          <ClassMark className={prediction.prediction} />
        ) : (
          <span data-state={state.kind}>{describeState(state)}</span>
        )}
      </td>
      <td data-number>{prediction?.prediction ? formatShare(prediction.confidence) : ''}</td>
      <td className={`${classes.wide} ${classes.dim}`}>
        {rest.map(({ className, probability }) => `${className} ${formatShare(probability)}`).join(', ')}
      </td>
      {difference !== undefined && (
        <td data-number className={classes.wide}>
          {difference}
        </td>
      )}
      <td data-number className={`${classes.wide} ${classes.dim}`}>
        {state.kind === 'answered' ? formatDuration(state.durationMs) : ''}
      </td>
      <td className={classes.remove}>
        <ActionIcon size="sm" aria-label={`Remove ${name}`} onClick={onRemove}>
          <CloseIcon size={14} />
        </ActionIcon>
      </td>
    </tr>
  );
}

/** A sign where the browser shows nothing. */
function Preview({ url }: { url: string | undefined }) {
  const [isBroken, setBroken] = useState(false);
  if (url === undefined || isBroken) return <FileIcon size={20} />;
  return <img src={url} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />;
}

function describeState(state: EntryState): string {
  switch (state.kind) {
    case 'waiting':
      return 'waiting';
    case 'sent':
      return 'asking…';
    case 'failed':
      return state.problem.title;
    case 'answered':
      return `Refused: ${state.prediction.reason ?? state.prediction.error ?? ''}`;
    default:
      return state satisfies never;
  }
}
