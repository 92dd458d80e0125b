/** @file Sends chosen pictures a few at once, in order, and keeps what became of each. */
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { askModel, type PictureToAsk } from '../../api/ask.ts';
import { notHere, toProblem } from '../../api/problem.ts';
import type { BrowserModel } from './browser/open-browser-model.ts';
import { toLocalPrediction } from './browser/parity.ts';
import { type AnsweredBy, chooseNext, type Queue, reduceQueue } from './prediction-queue.ts';

/** Requests under way at once: enough to keep two inference processes busy. */
const parallelRequests = 3;

interface Attachment {
  picture: PictureToAsk;
  /** Absent for addresses: the server fetches those, and the page shows nothing of strangers' servers. */
  previewUrl?: string;
  request?: AbortController;
}

export interface Predictions {
  queue: Queue;
  add: (files: readonly File[]) => void;
  /** The server fetches it. */
  addAddress: (url: string) => void;
  retry: (ids: readonly number[]) => void;
  remove: (id: number) => void;
  clear: () => void;
  getPreviewUrl: (id: number) => string | undefined;
  getPicture: (id: number) => PictureToAsk | undefined;
}

/** `onlyHere`: the model that answers in this browser instead of the server. */
export function usePredictions({ onlyHere }: { onlyHere: BrowserModel | undefined }): Predictions {
  const [queue, dispatch] = useReducer(reduceQueue, []);
  const [attachments] = useState(() => new Map<number, Attachment>());
  const nextId = useRef(1);
  const ask = useAsk(onlyHere);

  const drop = (id: number): void => {
    const attachment = attachments.get(id);
    if (!attachment) return;
    attachment.request?.abort();
    if (attachment.previewUrl !== undefined) URL.revokeObjectURL(attachment.previewUrl);
    attachments.delete(id);
  };

  useEffect(() => {
    const send = async (id: number): Promise<void> => {
      const attachment = attachments.get(id);
      if (!attachment) return;
      const request = new AbortController();
      attachment.request = request;
      dispatch({ kind: 'sent', id });
      const startedAt = performance.now();
      try {
        const answer = await ask(attachment.picture, request.signal);
        if (!request.signal.aborted)
          dispatch({ kind: 'answered', id, durationMs: performance.now() - startedAt, ...answer });
      } catch (error) {
        if (!request.signal.aborted) dispatch({ kind: 'failed', id, problem: toProblem(error) });
      }
    };
    for (const id of chooseNext(queue, parallelRequests)) void send(id);
  }, [queue, attachments, ask]);

  useEffect(
    () => () => {
      for (const { previewUrl, request } of attachments.values()) {
        request?.abort();
        if (previewUrl !== undefined) URL.revokeObjectURL(previewUrl);
      }
      attachments.clear();
    },
    [attachments],
  );

  const attach = (attachment: Attachment): number => {
    const id = nextId.current;
    nextId.current += 1;
    attachments.set(id, attachment);
    return id;
  };
  return {
    queue,
    add: (files) => {
      const entries = files.map((file) => ({
        id: attach({ picture: file, previewUrl: URL.createObjectURL(file) }),
        name: file.name,
        sizeBytes: file.size,
      }));
      dispatch({ kind: 'added', entries });
    },
    addAddress: (url) =>
      dispatch({
        kind: 'added',
        entries: [{ id: attach({ picture: { url } }), name: nameOfAddress(url), sizeBytes: null }],
      }),
    retry: (ids) => dispatch({ kind: 'retried', ids }),
    remove: (id) => {
      drop(id);
      dispatch({ kind: 'removed', id });
    },
    clear: () => {
      for (const id of attachments.keys()) drop(id);
      dispatch({ kind: 'cleared' });
    },
    getPreviewUrl: (id) => attachments.get(id)?.previewUrl,
    getPicture: useCallback((id: number) => attachments.get(id)?.picture, [attachments]),
  };
}

type Answer = { prediction: Awaited<ReturnType<typeof askModel>>; by: AnsweredBy };

/** Asks with the training pictures that explain the answer, and without where a model has no index of them. */
function useAsk(onlyHere: BrowserModel | undefined): (picture: PictureToAsk, signal: AbortSignal) => Promise<Answer> {
  const hasNoIndex = useRef(false);
  return useCallback(
    async (picture, signal) => {
      if (onlyHere) return { prediction: await askHere(onlyHere, picture), by: 'browser' };
      if (hasNoIndex.current) return { prediction: await askModel(picture, { signal }), by: 'server' };
      try {
        return { prediction: await askModel(picture, { explain: 'neighbors', signal }), by: 'server' };
      } catch (error) {
        if (toProblem(error).code !== 'NEIGHBORS_MISSING') throw error;
        hasNoIndex.current = true;
        return { prediction: await askModel(picture, { signal }), by: 'server' };
      }
    },
    [onlyHere],
  );
}

async function askHere(model: BrowserModel, picture: PictureToAsk): Promise<Answer['prediction']> {
  if (!(picture instanceof File)) throw notHere('An address is fetched by the server, which is not asked now.');
  try {
    return toLocalPrediction(await model.classify(picture), model);
  } catch (error) {
    throw notHere(error instanceof Error ? error.message : String(error), error);
  }
}

/** `https://a.example/cats/one.jpg?x` -> `one.jpg`. */
function nameOfAddress(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  return path.split('/').findLast((part) => part !== '') ?? url;
}
