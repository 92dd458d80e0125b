/** @file What can be done with many pictures at once: seen at once, undone with one press, put right where it fails. */
import { notifications } from '@mantine/notifications';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import type { ListedSample, SampleKey } from '@tintype/contracts/catalog';
import { useMemo } from 'react';
import { groupSamples, tagSamples } from '../../api/catalog.ts';
import { moveSamples } from '../../api/endpoints.ts';
import { toProblem } from '../../api/problem.ts';
import { formatCounted } from '../../components/format.ts';
import { type Undoing, useUndo } from '../../components/undo.tsx';
import { workspaceKey } from '../../components/use-workspace.ts';
import { changeSamples, type SamplePage } from './sample-pages.ts';
import { samplesKey } from './use-gallery-pages.ts';
import { sampleKey } from './use-sample.ts';
import { choicesKey } from './use-views.ts';

/** Ids one request may name. */
const idsPerRequest = 10_000;
const shownMs = 10_000;

export interface Curation {
  move: (ids: readonly string[], to: 'remove' | 'restore') => Promise<void>;
  tag: (ids: readonly string[], tag: string, to: 'tag' | 'untag') => Promise<void>;
  /** Null takes them out of theirs. */
  group: (ids: readonly string[], group: string | null) => Promise<void>;
}

export function useCuration(): Curation {
  const client = useQueryClient();
  const undoing = useUndo();
  return useMemo(() => createCuration(client, undoing), [client, undoing]);
}

function createCuration(client: QueryClient, { push }: Undoing): Curation {
  const opposite = { remove: 'restore', restore: 'remove', tag: 'untag', untag: 'tag' } as const;
  /** Shows the change, makes it, offers undo; where it fails, shows what the server has. */
  async function act<T>(change: {
    ids: readonly string[];
    show?: (sample: ListedSample) => ListedSample;
    perform: () => Promise<T>;
    /** What was done, or undefined where nothing changed. */
    tell: (done: T) => { label: string; undo: () => Promise<unknown> } | undefined;
  }): Promise<void> {
    if (change.ids.length === 0) return;
    if (change.show) showChange(client, change.ids, change.show);
    try {
      const told = change.tell(await change.perform());
      if (told)
        push({
          label: told.label,
          undo: async () => {
            await told.undo();
            await refresh(client);
          },
        });
    } catch (error) {
      showProblem(error);
    }
    await refresh(client);
  }

  return {
    move: (ids, to) =>
      act({
        ids,
        show: (sample) => ({ ...sample, removedAt: to === 'remove' ? Date.now() : null }),
        perform: () => moveSamples(ids, to),
        tell: (changed) => ({
          label: `${formatCounted(changed, 'picture')} ${to === 'remove' ? 'in the trash' : 'restored'}`,
          undo: () => moveSamples(ids, opposite[to]),
        }),
      }),
    tag: (ids, tag, to) =>
      act({
        ids,
        perform: () => inRequests(ids, (chunk) => tagSamples({ ids: chunk, tag }, to)),
        tell: (answers) => {
          const changed = answers.flatMap((answer) => answer.ids);
          const verb = to === 'tag' ? 'tagged' : 'no longer tagged';
          if (changed.length === 0)
            return tellNothing(to === 'tag' ? `All have the tag ${tag} already` : `None had the tag ${tag}`);
          return {
            label: `${formatCounted(changed.length, 'picture')} ${verb} ${tag}`,
            undo: () => inRequests(changed, (chunk) => tagSamples({ ids: chunk, tag }, opposite[to])),
          };
        },
      }),
    group: (ids, group) =>
      act({
        ids,
        show: (sample) => ({ ...sample, group }),
        perform: () => inRequests(ids, (chunk) => groupSamples({ ids: chunk, group })),
        tell: (answers) => {
          const was = answers.flatMap((answer) => answer.was);
          const changed = answers.reduce((sum, answer) => sum + answer.changed, 0);
          if (changed === 0) return tellNothing('They are grouped so already');
          return {
            label: `${formatCounted(changed, 'picture')} ${group === null ? 'in no group' : `in the group ${group}`}`,
            undo: async () => {
              for (const { group: before, ids: members } of was)
                await inRequests(members, (chunk) => groupSamples({ ids: chunk, group: before }));
            },
          };
        },
      }),
  };
}

async function inRequests<T>(ids: readonly string[], ask: (chunk: readonly string[]) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let start = 0; start < ids.length; start += idsPerRequest)
    answers.push(await ask(ids.slice(start, start + idsPerRequest)));
  return answers;
}

/** Shows in every loaded list what the server is being told. */
export function showChange(
  client: QueryClient,
  ids: readonly string[],
  change: (sample: ListedSample) => ListedSample,
): void {
  const changed = new Set(ids);
  client.setQueriesData<SamplePage>({ queryKey: samplesKey }, (page) => page && changeSamples(page, changed, change));
}

/** Asks again for all that a change to samples may have changed. */
export async function refresh(client: QueryClient): Promise<void> {
  const keys = [samplesKey, sampleKey, workspaceKey, choicesKey];
  await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey: [...queryKey] })));
}

function tellNothing(message: string): undefined {
  notifications.show({ message });
}

export function showProblem(error: unknown): void {
  const { title, detail, hint } = toProblem(error);
  notifications.show({ color: 'red', title, message: `${detail} ${hint}`, autoClose: shownMs });
}

export const idsOf = (keys: Iterable<SampleKey>): string[] => [...keys].map(({ id }) => id);
