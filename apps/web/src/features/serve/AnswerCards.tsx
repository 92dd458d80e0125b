/** @file Answers as cards, one a picture; loaded with the first of them. */
import classes from './AnswerCards.module.css';
import { PredictionCard } from './PredictionCard.tsx';
import type { PredictionQueue } from './PredictionsProvider.tsx';

export function AnswerCards({ predictions }: { predictions: PredictionQueue }) {
  const { queue, parity, retry, remove, getPreviewUrl, getPicture } = predictions;
  return (
    <ul className={classes.cards} aria-label="Answers">
      {queue.map((entry) => (
        <PredictionCard
          key={entry.id}
          entry={entry}
          previewUrl={getPreviewUrl(entry.id)}
          picture={getPicture(entry.id)}
          parity={parity.get(entry.id)}
          onRetry={() => retry([entry.id])}
          onRemove={() => remove(entry.id)}
        />
      ))}
    </ul>
  );
}
