/** @file What versions of models answered for a picture, the newest first, beside its label. */
import type { SampleView } from '@tintype/contracts/api';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatShare } from '../../components/format.ts';
import classes from './Sample.module.css';

export function SampleAnswers({ sample: { className, predictions } }: { sample: SampleView }) {
  if (predictions.length === 0)
    return (
      <p className={classes.none}>
        No version has been asked. A version answers for its test pictures when it is evaluated.
      </p>
    );
  return (
    <table className={classes.answers}>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Answer</th>
          <th scope="col">Label</th>
          <th scope="col">Sure</th>
        </tr>
      </thead>
      <tbody>
        {predictions.map(({ model, version, predicted, confidence }) => (
          <tr key={`${model}@${version}`}>
            <td>
              <Link href={`/models/${encodeURIComponent(model)}/${version}`}>
                {model}@{version}
              </Link>
            </td>
            <td>
              <ClassMark className={predicted} />
            </td>
            <td>
              {className === null ? (
                '–'
              ) : predicted === className ? (
                <span className={classes.right}>right</span>
              ) : (
                <span className={classes.wrong}>wrong</span>
              )}
            </td>
            <td>{formatShare(confidence)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
