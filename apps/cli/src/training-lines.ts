/** @file A training as a person reads it while it runs: a line for where it stands, a line for each epoch. Pure. */
import type { TrainEvent } from '@tintype/contracts/train-events';
import { counted, duration, integer, percent } from './format.ts';

type EventOf<Type extends TrainEvent['type']> = Extract<TrainEvent, { type: Type }>;

/** `epoch 3 of 30  step 20 of 61  loss 0.812  72.1 %  lr 0.0019  120 pictures/s  2 min 10 s left` */
export function stepLine(event: EventOf<'step'>): string {
  return [
    `epoch ${event.epoch} of ${event.epochs}`,
    `step ${event.step} of ${event.stepsPerEpoch}`,
    `loss ${event.loss.toFixed(3)}`,
    percent(event.accuracy),
    `lr ${rate(event.learningRate)}`,
    `${integer(Math.round(event.picturesPerSecond))} pictures/s`,
    ...(event.remainingMs === null ? [] : [`${duration(event.remainingMs)} left`]),
  ].join('  ');
}

/** `epoch  3/30  train 0.812 72.1 %  validation 0.704 75.0 % *  lr 0.0019  120 pictures/s  8.1 s`; the star marks the best so far. */
export function epochLine(event: EventOf<'epoch'>): string {
  const width = String(event.epochs).length;
  return [
    `epoch ${String(event.epoch).padStart(width)}/${event.epochs}`,
    `train ${event.trainLoss.toFixed(3)} ${percent(event.trainAccuracy).padStart(7)}`,
    `validation ${event.validationLoss.toFixed(3)} ${percent(event.validationAccuracy).padStart(7)} ${event.isBest ? '*' : ' '}`,
    `lr ${rate(event.learningRate)}`,
    `${integer(Math.round(event.picturesPerSecond))} pictures/s`,
    duration(event.durationMs),
    ...(event.idleShare > 0.05 ? [`${percent(event.idleShare)} of it waiting for pictures`] : []),
    ...(event.phase === 'head' ? ['head alone'] : []),
  ].join('  ');
}

export function startLines(event: EventOf<'started'>): string[] {
  const { parameters, pictures, resumed } = event;
  const moving = parameters.trained === parameters.total ? 'all of them move' : `${integer(parameters.trained)} move`;
  return [
    `${event.run}: ${counted(pictures.train, 'picture')} to train, ${integer(pictures.validation)} to validate; ${counted(event.epochs, 'epoch')} of ${counted(event.stepsPerEpoch, 'step')}; ${integer(parameters.total)} parameters, ${moving}`,
    ...(resumed ? [`goes on after ${counted(resumed.epochs, 'epoch')} and ${counted(resumed.steps, 'step')}`] : []),
    `TensorBoard: tensorboard --logdir ${event.folder}`,
  ];
}

const rate = (value: number): string => Number(value.toPrecision(2)).toString();
