/** @file One picture and its answer, refusal or error. Every state takes the same place. */
import { ActionIcon, Button, Skeleton, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { isPassing, type Problem } from '../../api/problem.ts';
import { formatDuration, formatSize } from '../../components/format.ts';
import { Hint } from '../../components/Hint.tsx';
import { CloseIcon, FileIcon, RefusedIcon, RetryIcon, StopIcon } from '../../components/icons.tsx';
import classes from './PredictionCard.module.css';
import { ProbabilityBars } from './ProbabilityBars.tsx';
import type { EntryState, QueueEntry } from './prediction-queue.ts';

export interface PredictionCardProps {
  entry: QueueEntry;
  previewUrl: string | undefined;
  onRetry: () => void;
  onRemove: () => void;
}

export function PredictionCard({ entry, previewUrl, onRetry, onRemove }: PredictionCardProps) {
  return (
    <li className={classes.card} aria-busy={entry.state.kind === 'waiting' || entry.state.kind === 'sent'}>
      <Preview url={previewUrl} name={entry.name} />
      <Tooltip label="Remove">
        <ActionIcon
          className={classes.remove}
          variant="default"
          size="md"
          aria-label={`Remove ${entry.name}`}
          onClick={onRemove}
        >
          <CloseIcon size={16} />
        </ActionIcon>
      </Tooltip>
      <div className={classes.body}>
        <h2 className={classes.name} title={entry.name}>
          {entry.name}
        </h2>
        <div className={classes.answer}>
          <Answer state={entry.state} onRetry={onRetry} />
        </div>
        <p className={classes.foot}>{describeFoot(entry)}</p>
      </div>
    </li>
  );
}

/** What the browser cannot show, such as HEIC, is sent all the same: the server decides. */
function Preview({ url, name }: { url: string | undefined; name: string }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken || url === undefined) {
    return (
      <div className={classes.picture}>
        <span className={classes.noPreview}>
          <FileIcon size={28} />
          No preview
        </span>
      </div>
    );
  }
  return (
    <div className={classes.picture}>
      <img src={url} alt={`Preview of ${name}`} decoding="async" onError={() => setBroken(true)} />
    </div>
  );
}

function Answer({ state, onRetry }: { state: EntryState; onRetry: () => void }) {
  switch (state.kind) {
    case 'waiting':
    case 'sent':
      return (
        <div className={classes.pending}>
          <Skeleton height={24} width="62%" animate={state.kind === 'sent'} />
          {[88, 74, 80].map((width) => (
            <Skeleton key={width} height={14} width={`${width}%`} animate={state.kind === 'sent'} />
          ))}
          <span className={classes.visuallyHidden}>{state.kind === 'sent' ? 'Asking the model' : 'Waiting'}</span>
        </div>
      );
    case 'failed':
      return <Failure problem={state.problem} onRetry={onRetry} />;
    case 'answered':
      if (state.prediction.prediction === null)
        return (
          <Refusal sentence={state.prediction.error ?? 'The model gave no answer.'} reason={state.prediction.reason} />
        );
      return (
        <ProbabilityBars
          prediction={state.prediction.prediction}
          probabilities={state.prediction.probabilities ?? {}}
        />
      );
    default:
      return state satisfies never;
  }
}

function Refusal({ sentence, reason }: { sentence: string; reason: string | undefined }) {
  return (
    <div className={classes.refusal}>
      <RefusedIcon />
      <div>
        <strong>Refused</strong>
        <p>{sentence}</p>
        {reason && <p className={classes.dim}>Reason: {reason}</p>}
      </div>
    </div>
  );
}

function Failure({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  return (
    <div className={classes.failure}>
      <StopIcon />
      <div>
        <strong>{problem.title}</strong>
        <p>{problem.detail}</p>
        <p className={classes.dim}>
          <Hint text={problem.hint} />
        </p>
        {isPassing(problem) && (
          <Button mt={8} size="xs" variant="default" leftSection={<RetryIcon size={14} />} onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

function describeFoot({ state, sizeBytes }: QueueEntry): string {
  if (state.kind === 'answered')
    return `${state.prediction.model}@${state.prediction.version} · ${formatDuration(state.durationMs)}`;
  return formatSize(sizeBytes);
}
