/** @file What a training tells, to the terminal and to a file of JSON lines. */
import { appendFileSync } from 'node:fs';
import { TintypeError } from '@tintype/contracts/errors';
import type { StageProgress } from '@tintype/contracts/train';
import type { TrainEvent } from '@tintype/contracts/train-events';
import type { Output } from './output.ts';
import { epochLine, startLines, stepLine } from './training-lines.ts';

export interface TrainingListeners {
  onProgress: (progress: StageProgress) => void;
  onNotice: (text: string) => void;
  onEvent: (event: TrainEvent) => void;
}

/** `events`: a file that lines are added to, or `-` for stderr. Steps are shown only where a line can replace itself. */
export function openWatch(output: Output, events: string | undefined): TrainingListeners {
  const write = events === undefined ? undefined : openLines(events);
  return {
    onProgress: ({ stage, done, total, note }) =>
      output.progress([stage, total ? `${done} of ${total}` : '', note ?? ''].filter(Boolean).join('  ')),
    onNotice: (text) => output.notice(text),
    onEvent: (event) => {
      write?.(event);
      if (event.type === 'started') for (const line of startLines(event)) output.notice(line);
      if (event.type === 'step' && process.stderr.isTTY) output.progress(stepLine(event));
      if (event.type === 'epoch') output.notice(epochLine(event));
      if (event.type === 'artifact' && event.kind === 'contact-sheet')
        output.notice(`First pictures as the network sees them: ${event.path}`);
      if (event.type === 'ended' && event.reason === 'early-stop')
        output.notice(`It got no better: the weights of epoch ${event.best.epoch} are taken.`);
    },
  };
}

/** Throws STORAGE_FAILED before anything is trained where the file cannot be written. */
function openLines(path: string): (event: TrainEvent) => void {
  if (path === '-') return (event) => void process.stderr.write(`${JSON.stringify(event)}\n`);
  const append = (text: string): void => {
    try {
      appendFileSync(path, text);
    } catch (error) {
      const reason = (error as Error).message;
      throw new TintypeError('STORAGE_FAILED', { operation: `Writing ${path}`, reason }, { cause: error });
    }
  };
  append('');
  return (event) => append(`${JSON.stringify(event)}\n`);
}
