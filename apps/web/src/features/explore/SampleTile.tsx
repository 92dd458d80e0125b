/** @file A picture that leads to itself, with what is to be said of it below. */
import type { ExploredSample } from '@tintype/contracts/explore';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import { picturePath } from './links.ts';
import classes from './SampleTile.module.css';

export interface SampleTileProps {
  sample: ExploredSample;
  /** Below the class. */
  children?: ReactNode;
  /** Where the class is said elsewhere. */
  hasNoClass?: boolean;
}

export function SampleTile({ sample, children, hasNoClass = false }: SampleTileProps) {
  const file = sample.path.split('/').at(-1) ?? sample.path;
  return (
    <Link className={classes.tile} href={picturePath(sample.id)} title={sample.path}>
      <Thumbnail sampleId={sample.id} alt={file} />
      <span className={classes.words}>
        {!hasNoClass && <ClassMark className={sample.className} />}
        {children}
      </span>
    </Link>
  );
}

/** Tiles in as many columns as fit. */
export function SampleSheet({ children, label }: { children: ReactNode; label: string }) {
  return (
    <ul className={classes.sheet} aria-label={label}>
      {children}
    </ul>
  );
}
