/** @file A sample's small picture on its mat; where it does not load, a sign instead of a hole. */
import { useState } from 'react';
import { thumbnailUrl } from '../api/endpoints.ts';
import { FileIcon } from './icons.tsx';
import classes from './Thumbnail.module.css';

/** `alt` is empty where the text around it says what it is. */
export function Thumbnail({ sampleId, alt = '' }: { sampleId: string; alt?: string }) {
  const [isBroken, setBroken] = useState(false);
  return (
    <span className={classes.mat}>
      {isBroken ? (
        <FileIcon />
      ) : (
        <img
          src={thumbnailUrl(sampleId)}
          alt={alt}
          decoding="async"
          draggable={false}
          onError={() => setBroken(true)}
        />
      )}
    </span>
  );
}
