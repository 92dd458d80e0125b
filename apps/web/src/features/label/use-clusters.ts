/** @file Heaps of pictures that look alike: one at a time, labeled whole, then audited. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LabelCluster } from '@tintype/contracts/label-assist';
import { useState } from 'react';
import { listClusters } from '../../api/label.ts';
import { formatCounted } from '../../components/format.ts';
import { type Audit, look, startAudit } from './audit-steps.ts';
import { useAddLabels } from './label-queue.ts';
import { useLease } from './use-lease.ts';
import { askAgainWhilePassing, labelKey } from './use-next.ts';

interface Table {
  /** As they were found: looking for others changes all of them. */
  heaps: readonly LabelCluster[];
  position: number;
  audit: Audit | null;
}

export function useClusters(dataset: string) {
  const client = useQueryClient();
  const queryKey = [...labelKey, 'clusters', dataset];
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => listClusters({ dataset }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
    refetchInterval: askAgainWhilePassing,
  });
  const add = useAddLabels();
  const [table, setTable] = useState<Table>();
  const items = query.data?.items;
  const [last, setLast] = useState(items);
  if (items && items !== last) {
    setLast(items);
    setTable({ heaps: items, position: 0, audit: null });
  }
  const heaps = table?.heaps ?? items ?? [];
  const position = Math.min(table?.position ?? 0, heaps.length - 1);
  const found = heaps[position];
  const taken = useLease(found?.sampleIds ?? []);
  const isOwn = (sampleId: string): boolean => !taken.has(sampleId);
  const heap = found && { ...found, sampleIds: found.sampleIds.filter(isOwn), audit: found.audit.filter(isOwn) };
  const audit = table?.audit ?? null;
  const change = (part: Partial<Table>): void => setTable({ heaps, position, audit, ...part });

  return {
    query,
    heaps,
    position,
    heap,
    audit,
    /** Groups anew what has no label now. */
    refresh: () => void client.invalidateQueries({ queryKey }),
    step: (by: 1 | -1) => {
      if (!audit && heaps.length > 0) change({ position: (position + by + heaps.length) % heaps.length });
    },
    label: (className: string) => {
      if (!heap || audit) return;
      add(
        heap.sampleIds.map((sampleId) => ({ sampleId, className, was: null })),
        `${formatCounted(heap.sampleIds.length, 'picture')} of a heap labeled ${className}`,
        { isQuiet: true, onUndo: () => change({ heaps, position, audit: null }) },
      );
      change({ audit: startAudit(heap, className) });
    },
    /** `wrong`: those of the pictures looked at that are not of the class, with their own where it was said. */
    look: (wrong: ReadonlyMap<string, string | null>) => {
      if (!audit) return;
      const { className: was } = audit;
      add(
        [...wrong].map(([sampleId, className]) => ({ sampleId, className, was })),
        `${formatCounted(wrong.size, 'wrong label')} of a heap mended`,
        { isQuiet: true },
      );
      change({ audit: look(audit, wrong.size) });
    },
    /** The heap is dealt with. */
    end: () => {
      const rest = heaps.filter((one) => one !== found);
      change({ heaps: rest, position: Math.min(position, Math.max(0, rest.length - 1)), audit: null });
    },
  };
}
