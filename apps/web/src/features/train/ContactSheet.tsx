/** @file The first batch as the network sees it: what people look at first, since wrong pictures explain most bad models. */
import { contactSheetUrl } from '../../api/train.ts';
import classes from './RunScreen.module.css';
import train from './Train.module.css';

export interface ContactSheetProps {
  run: string;
  hasSheet: boolean;
  isRunning: boolean;
}

export function ContactSheet({ run, hasSheet, isRunning }: ContactSheetProps) {
  return (
    <section className={train.card} aria-label="First pictures">
      <div className={train.cardHead}>
        <h2>First pictures</h2>
        <span className={train.dim}>augmented, as they are trained on</span>
      </div>
      {hasSheet ? (
        <a className={classes.sheet} href={contactSheetUrl(run)} target="_blank" rel="noreferrer">
          <img src={contactSheetUrl(run)} alt="The first augmented batch, each with its class; opens by itself" />
        </a>
      ) : (
        <p className={classes.none}>
          {isRunning
            ? 'They come with the first step. Look whether the pictures are right, and their classes.'
            : 'This run ended before its first step.'}
        </p>
      )}
    </section>
  );
}
