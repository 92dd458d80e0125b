/** @file The model in this browser: off, loading, ready or failed. Its code and its runtime come only when it is asked for. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { toProblem } from '../../../api/problem.ts';
import type { BrowserModel } from './open-browser-model.ts';

export type BrowserModelState =
  | { kind: 'off' }
  | { kind: 'loading'; loadedBytes: number; totalBytes: number }
  | { kind: 'ready'; model: BrowserModel }
  | { kind: 'failed'; reason: string };

export interface BrowserModelUse {
  state: BrowserModelState;
  load: (name: { model: string; version: number }) => void;
  close: () => void;
}

export function useBrowserModel(): BrowserModelUse {
  const [state, setState] = useState<BrowserModelState>({ kind: 'off' });
  /** Of the last asking: one that was overtaken closes what it opened. */
  const asked = useRef(0);
  const open = useRef<BrowserModel>(undefined);

  const close = useCallback((): void => {
    asked.current += 1;
    open.current?.[Symbol.dispose]();
    open.current = undefined;
    setState({ kind: 'off' });
  }, []);
  useEffect(() => close, [close]);

  const load = useCallback(
    (name: { model: string; version: number }): void => {
      close();
      const own = asked.current;
      const isOvertaken = (): boolean => asked.current !== own;
      setState({ kind: 'loading', loadedBytes: 0, totalBytes: 0 });
      const onProgress = (loadedBytes: number, totalBytes: number): void => {
        if (!isOvertaken()) setState({ kind: 'loading', loadedBytes, totalBytes });
      };
      const opening = async (): Promise<void> => {
        const { openBrowserModel } = await import('./open-browser-model.ts');
        const model = await openBrowserModel({ ...name, onProgress });
        if (isOvertaken()) return model[Symbol.dispose]();
        open.current = model;
        setState({ kind: 'ready', model });
      };
      opening().catch((error: unknown) => {
        if (!isOvertaken()) setState({ kind: 'failed', reason: toProblem(error).detail });
      });
    },
    [close],
  );
  return { state, load, close };
}
