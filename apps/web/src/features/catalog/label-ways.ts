/** @file The ways back from a picture's label: the last is taken back, an earlier one given again. */
import type { LabelEvent } from '@tintype/contracts/label';

export interface LabelWay {
  label: string;
  className: string | null;
}

/** Undefined where it would change nothing. An opinion was never the label. */
export function findWay(newest: readonly LabelEvent[], index: number, className: string | null): LabelWay | undefined {
  const event = newest[index];
  if (!event || event.source === 'opinion') return undefined;
  const isLabel = ({ source }: LabelEvent): boolean => source !== 'opinion';
  const before = newest.slice(index + 1).find(isLabel)?.className ?? null;
  if (newest.findIndex(isLabel) === index)
    return before === className ? undefined : { label: 'Undo', className: before };
  return event.className === className ? undefined : { label: 'Give again', className: event.className };
}
