/** @file The last few pictures with what they were labeled: so that a slip is seen. */
import { memo } from 'react';
import { thumbnailUrl } from '../../api/endpoints.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { TrashIcon } from '../../components/icons.tsx';
import classes from './Filmstrip.module.css';
import type { Answer, Shown } from './label-session.ts';

const length = 7;

export interface FilmstripProps {
  shown: readonly Shown<{ sampleId: string }>[];
  position: number;
}

/** The newest at the end, beside the next picture. */
export const Filmstrip = memo(function Filmstrip({ shown, position }: FilmstripProps) {
  return (
    <ol className={classes.strip} aria-label="Labeled last">
      {shown.slice(Math.max(0, position - length), position).map(({ pick, answer }) => (
        <Frame key={pick.sampleId} sampleId={pick.sampleId} answer={answer} />
      ))}
    </ol>
  );
});

const Frame = memo(function Frame({ sampleId, answer }: { sampleId: string; answer: Answer | null }) {
  return (
    <li className={classes.frame}>
      <img src={thumbnailUrl(sampleId)} alt="" draggable={false} />
      <span className={classes.words}>
        {answer?.kind === 'labeled' ? (
          <ClassMark className={answer.className} />
        ) : answer?.kind === 'removed' ? (
          <>
            <TrashIcon size={14} /> trash
          </>
        ) : (
          'skipped'
        )}
      </span>
    </li>
  );
});
