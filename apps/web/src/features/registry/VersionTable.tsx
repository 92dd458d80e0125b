/** @file The versions of a model side by side: every number with its interval on one scale. */
import type { ModelVersion, RegisteredModel } from '@tintype/contracts/registry';
import { Link } from 'wouter';
import { formatCount, formatInterval, formatShare, formatTime } from '../../components/format.ts';
import { AliasBadge } from './AliasBadge.tsx';
import { IntervalPlot } from './IntervalPlot.tsx';
import { chooseScale } from './interval.ts';
import classes from './VersionTable.module.css';
import { sortVersions } from './versions.ts';

export const versionPath = (model: string, version: number): string =>
  `/models/${encodeURIComponent(model)}/${version}`;

export function VersionTable({ model }: { model: RegisteredModel }) {
  const versions = sortVersions(model.versions);
  const scale = chooseScale(versions.flatMap(({ accuracyInterval }) => (accuracyInterval ? [accuracyInterval] : [])));
  return (
    <section className={classes.scroller} aria-label={`Versions of ${model.name}`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">
              Accuracy <span className={classes.unit}>with 95 % interval</span>
            </th>
            <th scope="col" className={classes.plot} aria-hidden="true">
              <span>
                {formatShare(scale[0], 0)}
                <span>{formatShare(scale[1], 0)}</span>
              </span>
            </th>
            <th scope="col" className={`${classes.number} ${classes.balanced}`}>
              Balanced
            </th>
            <th scope="col" className={classes.number}>
              Macro-F1
            </th>
            <th scope="col" className={classes.wide}>
              Backbone
            </th>
            <th scope="col" className={classes.wide}>
              Head
            </th>
            <th scope="col" className={classes.wide} data-number>
              Classes
            </th>
            <th scope="col" className={classes.wide}>
              Trained
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <Row key={version.version} version={version} scale={scale} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ version, scale }: { version: ModelVersion; scale: [number, number] }) {
  return (
    <tr>
      <th scope="row">
        <span className={classes.name}>
          <Link href={versionPath(version.model, version.version)}>{`${version.model}@${version.version}`}</Link>
          {version.aliases.map((alias) => (
            <AliasBadge key={alias} alias={alias} />
          ))}
        </span>
        <span className={classes.narrow}>
          {version.backbone.name} · {version.head}
        </span>
      </th>
      <td className={classes.share}>
        {version.accuracy === null || version.accuracyInterval === null ? (
          'not measured'
        ) : (
          <>
            <strong>{formatShare(version.accuracy)}</strong> <span>({formatInterval(version.accuracyInterval)})</span>
          </>
        )}
      </td>
      <td className={classes.plot} aria-hidden="true">
        {version.accuracy !== null && version.accuracyInterval !== null && (
          <IntervalPlot share={version.accuracy} interval={version.accuracyInterval} scale={scale} />
        )}
      </td>
      <td className={`${classes.number} ${classes.balanced}`}>
        {version.balancedAccuracy === null ? '-' : formatShare(version.balancedAccuracy)}
      </td>
      <td className={classes.number}>{version.macroF1 === null ? '-' : formatShare(version.macroF1)}</td>
      <td className={classes.wide}>{version.backbone.name}</td>
      <td className={classes.wide}>{version.head}</td>
      <td className={classes.wide} data-number>
        {formatCount(version.classes.length)}
      </td>
      <td className={classes.wide}>{formatTime(version.createdAt)}</td>
    </tr>
  );
}
