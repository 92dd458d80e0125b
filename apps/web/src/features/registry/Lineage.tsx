/** @file Where a version comes from: what it was trained on, with what, into which bundle. */
import type { ModelVersion } from '@tintype/contracts/registry';
import type { ReactNode } from 'react';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCounted, formatSize, formatTime } from '../../components/format.ts';
import { Panel } from './EvaluationView.tsx';
import classes from './Lineage.module.css';

export function Lineage({ version }: { version: ModelVersion }) {
  const facts: [string, ReactNode][] = [
    ['Backbone', `${version.backbone.name}, ${formatCounted(version.backbone.dimensions, 'feature')}`],
    ['Head', version.head],
    [version.run === null ? 'Imported' : 'Trained', formatTime(version.createdAt)],
    ['Snapshot', version.snapshot === null ? 'none: imported' : <code key="snapshot">{version.snapshot}</code>],
    ['Run', version.run === null ? 'none: imported' : <code key="run">{version.run}</code>],
    ['Bundle', <code key="bundle">{version.bundleHash}</code>],
    ['Size', formatSize(version.sizeBytes)],
    [
      formatCounted(version.classes.length, 'class', 'classes'),
      <span key="classes" className={classes.classes}>
        {version.classes.map((name) => (
          <ClassMark key={name} className={name} />
        ))}
      </span>,
    ],
  ];
  return (
    <Panel title="Lineage">
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
