/** @file A picture as large as its place: the thumbnail holds it until the picture itself is there. */
import type { ListedSample } from '@tintype/contracts/catalog';
import { useState } from 'react';
import { pictureUrl, thumbnailUrl } from '../../api/endpoints.ts';
import classes from './BigPicture.module.css';
import { describeSample } from './Tile.tsx';

/** Where the browser cannot show the format, the thumbnail stays. */
export function BigPicture({ id, sample }: { id: string; sample: ListedSample | undefined }) {
  const [isShown, setShown] = useState(true);
  return (
    <div
      className={classes.picture}
      style={{
        aspectRatio: sample ? `${sample.widthPx} / ${sample.heightPx}` : '4 / 3',
        backgroundImage: `url("${thumbnailUrl(id)}")`,
      }}
    >
      {isShown && (
        <img src={pictureUrl(id)} alt={sample ? describeSample(sample) : ''} onError={() => setShown(false)} />
      )}
    </div>
  );
}
