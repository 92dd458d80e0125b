/** @file The curves of a network's training: loss, accuracy, learning rate, epoch by epoch. */
import type { EpochMetrics } from '@tintype/contracts/train-events';
import { useMemo } from 'react';
import { Curves, type Series } from '../../components/Curves.tsx';
import { fromZero, upToOne } from '../../components/curves-data.ts';
import { formatShare } from '../../components/format.ts';
import classes from './RunScreen.module.css';
import train from './Train.module.css';

const formatLoss = (value: number): string => value.toFixed(3);
const formatRate = (value: number): string => String(Number(value.toPrecision(2)));
const formatSpeed = (value: number): string => value.toFixed(0);

/** Validation first: it is what is chosen by. */
const marks = { validation: 0, train: 1, alone: 0 } as const;

export interface RunCurvesProps {
  epochs: readonly EpochMetrics[];
  isRunning: boolean;
  /** How many there will be, while it runs. */
  epochCount: number | undefined;
}

export function RunCurves({ epochs, isRunning, epochCount }: RunCurvesProps) {
  const curves = useMemo(() => toSeries(epochs), [epochs]);
  const best = epochs.findLast(({ isBest }) => isBest);
  const empty = isRunning ? 'The first point comes with the end of the first epoch.' : 'No epoch came to its end.';
  const shared = { xLabel: 'Epoch', empty, syncKey: 'run', xEnd: epochCount };
  const marked = best && epochs.length > 1 ? { x: best.epoch, label: 'best' } : undefined;
  return (
    <section className={train.card} aria-label="Curves">
      <div className={classes.curves}>
        <Curves
          {...shared}
          title="Accuracy"
          series={curves.accuracy}
          formatY={formatShare}
          range={upToOne}
          heightPx={260}
          marked={marked}
        />
        <Curves {...shared} title="Loss" series={curves.loss} formatY={formatLoss} range={fromZero} marked={marked} />
        <div className={train.pair}>
          <Curves
            {...shared}
            title="Learning rate"
            series={curves.rate}
            formatY={formatRate}
            range={fromZero}
            heightPx={140}
          />
          <Curves
            {...shared}
            title="Pictures a second"
            series={curves.speed}
            formatY={formatSpeed}
            range={fromZero}
            heightPx={140}
          />
        </div>
      </div>
    </section>
  );
}

function toSeries(epochs: readonly EpochMetrics[]) {
  const line = (label: string, mark: number, value: (epoch: EpochMetrics) => number): Series => ({
    label,
    mark,
    points: epochs.map((epoch) => [epoch.epoch, value(epoch)] as const),
  });
  return {
    accuracy: [
      line('validation', marks.validation, (epoch) => epoch.validationAccuracy),
      line('training, augmented', marks.train, (epoch) => epoch.trainAccuracy),
    ],
    loss: [
      line('validation', marks.validation, (epoch) => epoch.validationLoss),
      line('training, augmented', marks.train, (epoch) => epoch.trainLoss),
    ],
    rate: [line('at its last step', marks.alone, (epoch) => epoch.learningRate)],
    speed: [line('of the epoch', marks.alone, (epoch) => epoch.picturesPerSecond)],
  };
}
