/** @file A class's name behind its colored shape. */
import type { ReactNode } from 'react';
import classes from './ClassMark.module.css';
import type { Mark } from './class-marks.ts';
import { useClassMarks } from './use-classes.ts';

const shapes: Record<Mark['shape'], ReactNode> = {
  circle: <circle cx="6" cy="6" r="4.75" />,
  square: <rect x="1.75" y="1.75" width="8.5" height="8.5" rx="0.75" />,
  triangle: <path d="M6 1.25 11 10.25H1Z" />,
  diamond: <path d="M6 0.75 11.25 6 6 11.25 0.75 6Z" />,
  ring: (
    <path
      fillRule="evenodd"
      d="M6 .75a5.25 5.25 0 1 1 0 10.5A5.25 5.25 0 0 1 6 .75Zm0 2.75a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z"
    />
  ),
  cross: <path d="M4.25 1h3.5v3.25H11v3.5H7.75V11h-3.500V7.750H1v-3.500h3.250Z" />,
};

/** A shape in its color, of a class or of anything else that is marked so. */
export function MarkGlyph({ mark }: { mark: { color: string; shape: Mark['shape'] } }) {
  return (
    <svg className={classes.glyph} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" fill={mark.color}>
      {shapes[mark.shape]}
    </svg>
  );
}

export function ClassGlyph({ className }: { className: string }) {
  return <MarkGlyph mark={useClassMarks()(className)} />;
}

/** Without a name: a picture nobody has labeled. */
export function ClassMark({ className }: { className: string | null }) {
  if (className === null) return <span className={classes.unlabeled}>Unlabeled</span>;
  return (
    <span className={classes.mark}>
      <ClassGlyph className={className} />
      <span className={classes.name} title={className}>
        {className}
      </span>
    </span>
  );
}
