/** @file Keeps the predictions while other screens are looked at. */
import { createContext, type ReactNode, useContext, useEffect, useEffectEvent } from 'react';
import { unreachable } from '../../api/problem.ts';
import { useHealth } from '../../components/use-workspace.ts';
import { type Predictions, usePredictions } from './use-predictions.ts';

const PredictionsContext = createContext<Predictions | null>(null);

export function PredictionsProvider({ children }: { children: ReactNode }) {
  const predictions = usePredictions();
  useResumption(predictions);
  return <PredictionsContext value={predictions}>{children}</PredictionsContext>;
}

/** What failed only because the server was away is sent again once it is back. */
function useResumption({ queue, retry }: Predictions): void {
  const { isError: isAway } = useHealth();
  const resume = useEffectEvent(() => {
    const cutOff = queue.filter(({ state }) => state.kind === 'failed' && state.problem.code === unreachable.code);
    if (cutOff.length > 0) retry(cutOff.map((entry) => entry.id));
  });
  useEffect(() => {
    if (!isAway) resume();
  }, [isAway]);
}

export function usePredictionQueue(): Predictions {
  const predictions = useContext(PredictionsContext);
  if (!predictions) throw new Error('usePredictionQueue needs a PredictionsProvider around it');
  return predictions;
}
