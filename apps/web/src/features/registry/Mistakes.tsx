/** @file The wrong answers the model was surest of; each leads to its picture. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import { sampleIdSchema } from '@tintype/contracts/ids';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatShare } from '../../components/format.ts';
import { FileIcon } from '../../components/icons.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import classes from './Mistakes.module.css';

type Mistake = Evaluation['mistakes'][number];

export function Mistakes({ mistakes }: { mistakes: readonly Mistake[] }) {
  if (mistakes.length === 0) return <p className={classes.none}>Every picture was recognized.</p>;
  return (
    <ul className={classes.mistakes}>
      {mistakes.map((mistake) => (
        <li key={mistake.sample}>
          <MistakeCard mistake={mistake} />
        </li>
      ))}
    </ul>
  );
}

/** A folder's picture is not in the catalog: it has a path and no thumbnail. */
function MistakeCard({ mistake }: { mistake: Mistake }) {
  const isInCatalog = sampleIdSchema.safeParse(mistake.sample).success;
  const words = (
    <span className={classes.words}>
      <span className={classes.line}>
        <span>is</span> <ClassMark className={mistake.className} />
      </span>
      <span className={classes.line}>
        <span>said</span> <ClassMark className={mistake.predicted} />
      </span>
      <span className={classes.sure}>{formatShare(mistake.confidence)} sure</span>
    </span>
  );
  if (!isInCatalog) {
    return (
      <span className={classes.card} title={mistake.sample}>
        <span className={classes.file}>
          <FileIcon />
          <span>{mistake.sample}</span>
        </span>
        {words}
      </span>
    );
  }
  return (
    <Link className={classes.card} href={`/pictures?sample=${mistake.sample}`}>
      <Thumbnail sampleId={mistake.sample} />
      {words}
    </Link>
  );
}
