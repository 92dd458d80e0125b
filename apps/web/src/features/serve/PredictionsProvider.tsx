/** @file Keeps the predictions, and the model in this browser, while other screens are looked at. */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useEffectEvent, useState } from 'react';
import { unreachable } from '../../api/problem.ts';
import { healthKey, useHealth } from '../../components/use-workspace.ts';
import { type BrowserModelUse, useBrowserModel } from './browser/use-browser-model.ts';
import { type ParityById, useParity } from './browser/use-parity.ts';
import type { QueueEntry } from './prediction-queue.ts';
import { type Predictions, usePredictions } from './use-predictions.ts';

export interface PredictionQueue extends Predictions {
  browser: BrowserModelUse;
  /** Whether pictures stay in this browser: the server is not asked. */
  isOnlyHere: boolean;
  setOnlyHere: (isOnlyHere: boolean) => void;
  parity: ParityById;
}

const PredictionsContext = createContext<PredictionQueue | null>(null);

export function PredictionsProvider({ children }: { children: ReactNode }) {
  const browser = useBrowserModel();
  const [isOnlyHere, setOnlyHere] = useState(false);
  const model = browser.state.kind === 'ready' ? browser.state.model : undefined;
  const predictions = usePredictions({ onlyHere: isOnlyHere ? model : undefined });
  const parity = useParity(predictions.queue, { model, getPicture: predictions.getPicture });
  useResumption(predictions);
  const queue = { ...predictions, browser, parity, isOnlyHere: isOnlyHere && model !== undefined, setOnlyHere };
  return <PredictionsContext value={queue}>{children}</PredictionsContext>;
}

const isCutOff = ({ state }: QueueEntry): boolean => state.kind === 'failed' && state.problem.code === unreachable.code;

/** What failed only because the server was away is sent again once it is back. */
function useResumption({ queue, retry }: Predictions): void {
  const client = useQueryClient();
  const { isError: isAway } = useHealth();
  const resume = useEffectEvent(() => {
    const cutOff = queue.filter(isCutOff);
    if (cutOff.length > 0) retry(cutOff.map((entry) => entry.id));
  });
  useEffect(() => {
    if (!isAway) resume();
  }, [isAway]);
  // A cut-off picture is the first sign of a server that is gone: look at once instead of at the next turn.
  const cutOffs = queue.filter(isCutOff).length;
  useEffect(() => {
    if (cutOffs > 0) void client.invalidateQueries({ queryKey: healthKey });
  }, [client, cutOffs]);
}

export function usePredictionQueue(): PredictionQueue {
  const predictions = useContext(PredictionsContext);
  if (!predictions) throw new Error('usePredictionQueue needs a PredictionsProvider around it');
  return predictions;
}
