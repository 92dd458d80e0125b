/** @file Sends chosen files a few at once, in order, and keeps what became of each. */
import { useEffect, useReducer, useRef, useState } from 'react';
import { predict } from '../../api/endpoints.ts';
import { toProblem } from '../../api/problem.ts';
import { chooseNext, type Queue, reduceQueue } from './prediction-queue.ts';

/** Requests under way at once: enough to keep two inference processes busy. */
const parallelRequests = 3;

interface Attachment {
  file: File;
  previewUrl: string;
  request?: AbortController;
}

export interface Predictions {
  queue: Queue;
  add: (files: readonly File[]) => void;
  retry: (ids: readonly number[]) => void;
  remove: (id: number) => void;
  clear: () => void;
  getPreviewUrl: (id: number) => string | undefined;
}

export function usePredictions(): Predictions {
  const [queue, dispatch] = useReducer(reduceQueue, []);
  const [attachments] = useState(() => new Map<number, Attachment>());
  const nextId = useRef(1);

  const drop = (id: number): void => {
    const attachment = attachments.get(id);
    if (!attachment) return;
    attachment.request?.abort();
    URL.revokeObjectURL(attachment.previewUrl);
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
        const prediction = await predict(attachment.file, request.signal);
        dispatch({ kind: 'answered', id, prediction, durationMs: performance.now() - startedAt });
      } catch (error) {
        if (!request.signal.aborted) dispatch({ kind: 'failed', id, problem: toProblem(error) });
      }
    };
    for (const id of chooseNext(queue, parallelRequests)) void send(id);
  }, [queue, attachments]);

  useEffect(
    () => () => {
      for (const { previewUrl, request } of attachments.values()) {
        request?.abort();
        URL.revokeObjectURL(previewUrl);
      }
      attachments.clear();
    },
    [attachments],
  );

  return {
    queue,
    add: (files) => {
      const entries = files.map((file) => {
        const id = nextId.current;
        nextId.current += 1;
        attachments.set(id, { file, previewUrl: URL.createObjectURL(file) });
        return { id, name: file.name, sizeBytes: file.size };
      });
      dispatch({ kind: 'added', entries });
    },
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
  };
}
