/** @file A sample's small picture on its mat; where it does not load, a sign instead of a hole. One element: dozens come with every row of a grid. */
import { useState } from 'react';
import { thumbnailUrl } from '../api/endpoints.ts';
import { FileIcon } from './icons.tsx';
import classes from './Thumbnail.module.css';

/** `alt` is empty where the text around it says what it is. */
export function Thumbnail({ sampleId, alt = '' }: { sampleId: string; alt?: string }) {
  const [brokenId, setBrokenId] = useState<string>();
  if (brokenId === sampleId)
    return (
      <span className={classes.picture}>
        <FileIcon />
      </span>
    );
  return (
    <img
      className={classes.picture}
      src={thumbnailUrl(sampleId)}
      alt={alt}
      decoding="async"
      draggable={false}
      onError={() => setBrokenId(sampleId)}
    />
  );
}
