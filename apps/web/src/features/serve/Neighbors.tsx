/** @file Because of these pictures: the labeled ones of the training that look most alike to the model. */
import type { Neighbor } from '@tintype/contracts/serve';
import { Link } from 'wouter';
import { ClassGlyph } from '../../components/ClassMark.tsx';
import { FileIcon } from '../../components/icons.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import classes from './Neighbors.module.css';

export function Neighbors({ neighbors }: { neighbors: readonly Neighbor[] }) {
  if (neighbors.length === 0) return null;
  return (
    <section aria-label="Because of these pictures" className={classes.section}>
      <h3>Most alike in the training</h3>
      <ul className={classes.neighbors}>
        {neighbors.map((neighbor) => (
          <li key={neighbor.content_hash}>
            <OneNeighbor neighbor={neighbor} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One that the catalog has no more is told by its class. */
function OneNeighbor({ neighbor: { class: className, similarity, sample_id: sampleId } }: { neighbor: Neighbor }) {
  const words = `${className}, similarity ${similarity.toFixed(2)}`;
  const shown = (
    <>
      {sampleId === undefined ? (
        <span className={classes.gone}>
          <FileIcon />
        </span>
      ) : (
        <Thumbnail sampleId={sampleId} />
      )}
      <span className={classes.words}>
        <ClassGlyph className={className} />
        {similarity.toFixed(2)}
      </span>
    </>
  );
  if (sampleId === undefined) return <span title={words}>{shown}</span>;
  return (
    <Link href={`/pictures?sample=${sampleId}`} title={words} aria-label={`${words}: who labeled it`}>
      {shown}
    </Link>
  );
}
