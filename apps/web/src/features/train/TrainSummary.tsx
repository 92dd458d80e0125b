/** @file What is about to be trained: how long, on how many pictures, with how much memory. */
import { useDebouncedValue } from '@mantine/hooks';
import type { TrainableModel } from '@tintype/contracts/api';
import type { TrainingEstimate } from '@tintype/contracts/train';
import type { ReactNode } from 'react';
import { toProblem } from '../../api/problem.ts';
import { formatCount, formatCounted, formatSize, formatSpan } from '../../components/format.ts';
import { Hint } from '../../components/Hint.tsx';
import classes from './Form.module.css';
import train from './Train.module.css';
import { useEstimate } from './use-estimates.ts';

export interface TrainSummaryProps {
  model: TrainableModel;
  options: object;
  /** Whether the options would be taken. */
  isSound: boolean;
  needsBackbone: boolean;
  /** What it has to be told. */
  fields: ReactNode;
  children: ReactNode;
}

/** Typing rests before something is measured. */
const restMs = 700;

export function TrainSummary({ model, options, isSound, needsBackbone, fields, children }: TrainSummaryProps) {
  const [rested] = useDebouncedValue(JSON.stringify(options), restMs);
  const { data, error, isFetching } = useEstimate(JSON.parse(rested) as object, isSound);
  return (
    <section className={train.card} aria-label="Before it begins">
      <div className={classes.summary}>
        <h2>{model.name}</h2>
        {fields}
        <div aria-live="polite">
          <div className={classes.time}>
            {data && isSound ? `about ${formatSpan(data.preparationMs + data.trainingMs)}` : '–'}
          </div>
          <p className={classes.dim}>
            {describe({ data: isSound ? data : undefined, error, isFetching, needsBackbone, isSound })}
          </p>
        </div>
        {error && isSound ? (
          <p className={classes.notice}>
            {toProblem(error).detail} <Hint text={toProblem(error).hint} />
          </p>
        ) : null}
        <Facts estimate={isSound ? data : undefined} />
        {data?.notices.map((notice) => (
          <p key={notice} className={classes.notice}>
            {notice}
          </p>
        ))}
        {children}
      </div>
    </section>
  );
}

interface Known {
  data: TrainingEstimate | undefined;
  error: unknown;
  isFetching: boolean;
  needsBackbone: boolean;
  isSound: boolean;
}

function describe({ data, error, isFetching, needsBackbone, isSound }: Known): string {
  if (needsBackbone) return 'Name a backbone to see how long it takes.';
  if (!isSound) return 'Mend what is marked to see how long it takes.';
  if (data && data.missing > 0)
    return `${formatSpan(data.preparationMs)} of it decodes ${formatCounted(data.missing, 'picture')}, once and for all trainings to come.`;
  if (data) return data.network ? 'By a few steps that were measured here.' : 'By what was measured here.';
  if (error) return 'How long it takes could not be measured.';
  return isFetching ? 'A few steps are being measured here…' : 'Not measured yet.';
}

function Facts({ estimate }: { estimate: TrainingEstimate | undefined }) {
  const { pictures, classes: count, network } = estimate ?? {};
  const facts: [string, string][] = [
    ['To learn from', pictures ? formatCounted(pictures.train, 'picture') : '–'],
    ['To choose by', pictures ? formatCounted(pictures.validation, 'picture') : '–'],
    ['Classes', count === undefined ? '–' : formatCount(count)],
  ];
  if (network) {
    const { parameters, memoryBytes, stepsPerEpoch, settings } = network;
    facts.push(
      ['Epochs', `${formatCount(Number(settings.epochs))} of ${formatCounted(stepsPerEpoch, 'step')}`],
      ['Weights that move', `${formatCount(parameters.trained)} of ${formatCount(parameters.total)}`],
      ['Memory of a step', formatSize(memoryBytes)],
    );
  }
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
