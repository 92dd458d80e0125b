/** @file Every setting of a run, in the words of the form. */
import type { Run } from '@tintype/contracts/train';
import classes from './RunScreen.module.css';
import train from './Train.module.css';
import { formatSetting, labelOf } from './training-fields.ts';

export function SettingsList({ options, snapshot }: Pick<Run, 'options' | 'snapshot'>) {
  const shown = Object.entries(options).filter(([name]) => name !== 'snapshot');
  return (
    <section className={train.card} aria-label="Settings">
      <div className={train.cardHead}>
        <h2>Settings</h2>
      </div>
      <dl className={classes.settings}>
        <Setting name="Snapshot" value={snapshot} />
        {shown.map(([name, value]) => (
          <Setting key={name} name={labelOf(name)} value={formatSetting(value)} />
        ))}
      </dl>
    </section>
  );
}

function Setting({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
