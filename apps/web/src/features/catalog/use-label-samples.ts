/** @file Gives pictures a class: shown at once, sent by the page's one queue of labels, undone with one press. */
import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import type { SampleKey } from '@tintype/contracts/catalog';
import { useCallback, useEffect } from 'react';
import { formatCounted } from '../../components/format.ts';
import { onLabelsSaved, useAddLabels } from '../label/label-queue.ts';
import { refresh, showChange } from './use-curation.ts';

/** While one labels on, lists are asked for again at most this often. */
const refreshMs = 300;

export type LabelSamples = (samples: readonly SampleKey[], className: string | null) => void;

/** Null takes the class away. */
export function useLabelSamples(): LabelSamples {
  const client = useQueryClient();
  const add = useAddLabels();
  return useCallback(
    (samples, className) => {
      const changed = samples.filter((sample) => sample.className !== className);
      if (changed.length === 0) return;
      const before = new Map(changed.map((sample) => [sample.id, sample.className]));
      const show = (classOf: (id: string) => string | null): void =>
        showChange(client, [...before.keys()], (sample) => ({ ...sample, className: classOf(sample.id) }));
      show(() => className);
      const what = className === null ? 'without a class' : `labeled ${className}`;
      add(
        changed.map(({ id, className: was }) => ({ sampleId: id, className, was })),
        `${formatCounted(changed.length, 'picture')} ${what}`,
        { onUndo: () => show((id) => before.get(id) ?? null) },
      );
    },
    [client, add],
  );
}

/** What is shown follows what the server has stored. */
export function useRefreshOnLabels(): void {
  const client = useQueryClient();
  const settle = useDebouncedCallback(() => void refresh(client), refreshMs);
  useEffect(() => onLabelsSaved(() => settle()), [settle]);
}
