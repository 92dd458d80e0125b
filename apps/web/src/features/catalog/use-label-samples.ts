/** @file Gives many pictures a class: shown at once, sent in parts, undone with one press. */
import { useQueryClient } from '@tanstack/react-query';
import type { SampleKey } from '@tintype/contracts/catalog';
import { useCallback } from 'react';
import { addLabels } from '../../api/catalog.ts';
import { formatCounted } from '../../components/format.ts';
import { useUndo } from '../../components/undo.tsx';
import { refresh, showChange, showProblem } from './use-curation.ts';

/** Events one request may hold. */
const eventsPerRequest = 1000;

export type LabelSamples = (samples: readonly SampleKey[], className: string | null) => Promise<void>;

export function useLabelSamples(): LabelSamples {
  const client = useQueryClient();
  const { push } = useUndo();
  return useCallback(
    async (samples, className) => {
      const changed = samples.filter((sample) => sample.className !== className);
      if (changed.length === 0) return;
      const show = (classOf: ReadonlyMap<string, string | null>): void =>
        showChange(client, [...classOf.keys()], (sample) => ({ ...sample, className: classOf.get(sample.id) ?? null }));
      const before = new Map(changed.map((sample) => [sample.id, sample.className]));
      const after = new Map(changed.map(({ id }) => [id, className]));
      show(after);
      try {
        await sendLabels(after);
        push({
          label: `${formatCounted(changed.length, 'picture')} ${className === null ? 'without a class' : `labeled ${className}`}`,
          undo: async () => {
            await sendLabels(before);
            await refresh(client);
          },
        });
      } catch (error) {
        showProblem(error);
      }
      await refresh(client);
    },
    [client, push],
  );
}

async function sendLabels(classOf: ReadonlyMap<string, string | null>): Promise<void> {
  const events = [...classOf].map(([sampleId, className]) => ({
    id: newLabelId(),
    sampleId,
    className,
  }));
  for (let start = 0; start < events.length; start += eventsPerRequest)
    await addLabels(events.slice(start, start + eventsPerRequest));
}

/** `randomUUID` is not there over plain HTTP. */
function newLabelId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `label_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
