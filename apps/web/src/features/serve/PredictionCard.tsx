/** @file One picture and its answer, refusal or error. Every state takes the same place. */
import { ActionIcon, Button, Skeleton, Tooltip } from '@mantine/core';
import type { Prediction } from '@tintype/contracts/serve';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { PictureToAsk } from '../../api/ask.ts';
import { isPassing, type Problem, toProblem } from '../../api/problem.ts';
import { formatDuration, formatSize } from '../../components/format.ts';
import { Hint } from '../../components/Hint.tsx';
import { CloseIcon, FileIcon, RefusedIcon, RetryIcon, StopIcon } from '../../components/icons.tsx';
import { formatDifference, type Measured } from './browser/parity.ts';
import { Neighbors } from './Neighbors.tsx';
import { OcclusionLayer } from './OcclusionLayer.tsx';
import { describeOcclusion } from './occlusion.ts';
import classes from './PredictionCard.module.css';
import { ProbabilityBars } from './ProbabilityBars.tsx';
import type { EntryState, QueueEntry } from './prediction-queue.ts';
import { useOcclusion } from './use-occlusion.ts';

export interface PredictionCardProps {
  entry: QueueEntry;
  previewUrl: string | undefined;
  picture: PictureToAsk | undefined;
  /** Of the model in this browser, where it was asked too. */
  parity: Measured | { reason: string } | undefined;
  onRetry: () => void;
  onRemove: () => void;
}

export function PredictionCard({ entry, previewUrl, picture, parity, onRetry, onRemove }: PredictionCardProps) {
  const { state } = entry;
  const [ratio, setRatio] = useState<number>();
  const answered = state.kind === 'answered' ? state : undefined;
  const occlusion = useOcclusion(answered?.prediction ?? { model: '', version: 0 });
  const [isShown, setShown] = useState(true);
  const map = isShown ? occlusion.data : undefined;
  const mayLook =
    answered?.by === 'server' &&
    answered.prediction.prediction !== null &&
    picture instanceof File &&
    ratio !== undefined;
  const look = (): void => {
    if (occlusion.data) return setShown(!isShown);
    setShown(true);
    if (picture instanceof File) occlusion.mutate(picture);
  };
  return (
    <li className={classes.card} aria-busy={state.kind === 'waiting' || state.kind === 'sent'}>
      <Preview url={previewUrl} name={entry.name} onRatio={setRatio}>
        {map && ratio !== undefined && <OcclusionLayer map={map} ratio={ratio} />}
      </Preview>
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
          <Answer state={state} onRetry={onRetry} />
        </div>
        {answered?.prediction.neighbors && <Neighbors neighbors={answered.prediction.neighbors} />}
        {mayLook && (
          <div className={classes.look}>
            <Button
              size="compact-sm"
              variant="default"
              loading={occlusion.isPending}
              onClick={look}
              aria-pressed={Boolean(map)}
            >
              {map ? 'Hide what it looks at' : 'What it looks at'}
            </Button>
            {map && <p className={classes.dim}>{describeOcclusion(map)}</p>}
            {occlusion.isError && <p className={classes.dim}>{toProblem(occlusion.error).detail}</p>}
          </div>
        )}
        <Foot entry={entry} parity={parity} />
      </div>
    </li>
  );
}

interface PreviewProps {
  url: string | undefined;
  name: string;
  onRatio: (ratio: number) => void;
  children: ReactNode;
}

/** What the browser cannot show, such as HEIC, is sent all the same: the server decides. */
function Preview({ url, name, onRatio, children }: PreviewProps) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken || url === undefined) {
    return (
      <div className={classes.picture}>
        <span className={classes.noPreview}>
          <FileIcon size={28} />
          {url === undefined ? 'Fetched by the server' : 'No preview'}
        </span>
      </div>
    );
  }
  return (
    <div className={classes.picture}>
      <img
        src={url}
        alt={`Preview of ${name}`}
        decoding="async"
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
          onRatio(naturalWidth / Math.max(1, naturalHeight))
        }
        onError={() => setBroken(true)}
      />
      {children}
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
      return <Answered prediction={state.prediction} />;
    default:
      return state satisfies never;
  }
}

function Answered({ prediction: { prediction, error, reason, probabilities } }: { prediction: Prediction }) {
  if (prediction === null) return <Refusal sentence={error ?? 'The model gave no answer.'} reason={reason} />;
  return <ProbabilityBars prediction={prediction} probabilities={probabilities ?? {}} />;
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

/** Whose answer it is leads to where that version comes from. */
function Foot({ entry: { state, sizeBytes }, parity }: Pick<PredictionCardProps, 'entry' | 'parity'>) {
  if (state.kind !== 'answered')
    return <p className={classes.foot}>{sizeBytes === null ? '' : formatSize(sizeBytes)}</p>;
  const { model, version } = state.prediction;
  return (
    <p className={classes.foot}>
      <Link href={`/models/${encodeURIComponent(model)}/${version}/lineage`}>{`${model}@${version}`}</Link>
      {` · ${formatDuration(state.durationMs)}${state.by === 'browser' ? ' in this browser' : ''}`}
      {parity && <span>{describeParity(parity)}</span>}
    </p>
  );
}

function describeParity(parity: Measured | { reason: string }): string {
  if ('reason' in parity) return `In this browser: ${parity.reason}`;
  return `In this browser: ${parity.agrees ? 'same class' : 'another class'}, differs by ${formatDifference(parity.difference)}, ${formatDuration(parity.browserMs)}`;
}
