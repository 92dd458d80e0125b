/** @file The one way in which the page labels pictures: kept until the server has stored it, sent in order, undone through the page's undo. */
import type { ClassesView } from '@tintype/contracts/label';
import { useMemo, useSyncExternalStore } from 'react';
import { getSession } from '../../api/endpoints.ts';
import { sendLabels } from '../../api/label.ts';
import { toProblem } from '../../api/problem.ts';
import { queryClient, sessionKey } from '../../api/query-client.ts';
import { addNewClasses, settleNewClasses } from '../../components/new-classes.ts';
import { useUndo } from '../../components/undo.tsx';
import { classesKey } from '../../components/use-classes.ts';
import { workspaceKey } from '../../components/use-workspace.ts';
import { type LabelQueueState, LabelSender } from './label-sender.ts';
import { openLabelStore, type QueuedLabel } from './label-store.ts';

export interface LabelChange {
  sampleId: string;
  /** Null: no label. */
  className: string | null;
  /** What it had until now, which undo gives back. */
  was: string | null;
}

export interface LabelQueue extends LabelQueueState {
  /** `label` says what was done, as people read it: `12 pictures labeled cat`. */
  add: (changes: readonly LabelChange[], label: string, options?: AddOptions) => void;
  retryRefused: () => void;
  discardRefused: () => void;
}

export interface AddOptions {
  /** No message: the screen shows it itself. */
  isQuiet?: boolean;
  /** Called when it is undone, so that the screen can go back to it. */
  onUndo?: () => void;
}

/** Who asks changes seldom, and whoever signs in or out tells the page. */
const identityMs = 60_000;
/** Counts and lists are asked for again at most this often while somebody labels. */
const refreshMs = 2000;

const sender = new LabelSender({
  store: openLabelStore(),
  send: async (labels) => {
    try {
      await sendLabels(labels.map(({ id, sampleId, className }) => ({ id, sampleId, className })));
    } catch (error) {
      // The page asks then who is there, and whoever signs in sends what waits.
      if (toProblem(error).code === 'UNAUTHENTICATED') void queryClient.invalidateQueries({ queryKey: sessionKey });
      throw error;
    }
  },
  findIdentity: async () => {
    const queryFn = () => getSession();
    const session = await queryClient.fetchQuery({ queryKey: sessionKey, queryFn, staleTime: identityMs });
    return session.identity?.name;
  },
  onSaved: (labels) => {
    settleNewClasses(labels.map(({ className }) => className));
    refreshSoon(labels.length);
  },
});

let refresh: ReturnType<typeof setTimeout> | undefined;
const savedListeners = new Set<(count: number) => void>();

function refreshSoon(count: number): void {
  for (const listener of savedListeners) listener(count);
  refresh ??= setTimeout(() => {
    refresh = undefined;
    void queryClient.invalidateQueries({ queryKey: workspaceKey });
    void queryClient.invalidateQueries({ queryKey: classesKey });
    void queryClient.invalidateQueries({ queryKey: ['sample'] });
    void queryClient.invalidateQueries({ queryKey: ['samples'], refetchType: 'none' });
  }, refreshMs);
}

/** Called with their number whenever the server has stored labels of this page. Returns the way to stop it. */
export function onLabelsSaved(listener: (count: number) => void): () => void {
  savedListeners.add(listener);
  return () => savedListeners.delete(listener);
}

/** Whether a label of the sample is on its way, of this page or an earlier one. */
export const isOnItsWay = (sampleId: string): boolean => sender.has(sampleId);

let takenUp: Promise<void> | undefined;

/** Resolves when it is known what earlier pages have left. */
export function takeUpLabels(): Promise<void> {
  takenUp ??= sender.takeUp();
  return takenUp;
}

/** Once, when the page starts. */
export function startLabelQueue(): void {
  void takeUpLabels();
  window.addEventListener('online', () => sender.hurry());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void sender.takeUp().then(() => sender.hurry());
  });
  window.addEventListener('beforeunload', (event) => {
    if (sender.isFleeting) event.preventDefault();
  });
  queryClient.getQueryCache().subscribe(({ query, type }) => {
    if (type === 'updated' && query.queryKey[0] === sessionKey[0] && query.state.data) sender.hurry();
  });
}

/** Labels, without telling when they are stored: for who labels and shows no state. */
export function useAddLabels(): LabelQueue['add'] {
  const undo = useUndo();
  return useMemo(
    () =>
      (changes, label, options = {}) => {
        if (changes.length === 0) return;
        addNewClasses(listUnknown(changes));
        sender.add(changes.map(({ sampleId, className }) => toQueued(sampleId, className)));
        const takeBack = async (): Promise<void> => {
          sender.add(changes.map(({ sampleId, was }) => toQueued(sampleId, was)));
          options.onUndo?.();
        };
        undo.push({ label, undo: takeBack }, { isQuiet: options.isQuiet ?? false });
      },
    [undo],
  );
}

export const useLabelQueueState = (): LabelQueueState => useSyncExternalStore(sender.subscribe, sender.getState);

export function useLabelQueue(): LabelQueue {
  const add = useAddLabels();
  const state = useLabelQueueState();
  return {
    ...state,
    add,
    retryRefused: () => sender.retryRefused(),
    discardRefused: () => {
      settleNewClasses(state.refused.map(({ className }) => className));
      sender.discardRefused();
    },
  };
}

/** Classes among them that the list of the server, as this page knows it, does not have. */
function listUnknown(changes: readonly LabelChange[]): Set<string> {
  const known = new Set(queryClient.getQueryData<ClassesView>(classesKey)?.items.map(({ name }) => name));
  return new Set(changes.flatMap(({ className }) => (className === null || known.has(className) ? [] : [className])));
}

let lastOrder = 0;

function toQueued(sampleId: string, className: string | null): QueuedLabel {
  // Microseconds of the clock, and always more than the last.
  lastOrder = Math.max(lastOrder + 1, Date.now() * 1000);
  const by = queryClient.getQueryData<{ identity: { name: string } | null }>(sessionKey)?.identity?.name ?? null;
  return { id: newId(), sampleId, className, by, order: lastOrder };
}

/** Also where the page is not served securely, which `crypto.randomUUID` asks for. */
const newId = (): string =>
  `label_${Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
