/** @file Keeps the predictions while other screens are looked at. */
import { createContext, type ReactNode, useContext } from 'react';
import { type Predictions, usePredictions } from './use-predictions.ts';

const PredictionsContext = createContext<Predictions | null>(null);

export function PredictionsProvider({ children }: { children: ReactNode }) {
  return <PredictionsContext value={usePredictions()}>{children}</PredictionsContext>;
}

export function usePredictionQueue(): Predictions {
  const predictions = useContext(PredictionsContext);
  if (!predictions) throw new Error('usePredictionQueue needs a PredictionsProvider around it');
  return predictions;
}
