/** @file The help page of keys; loaded when it is opened. */
import { Modal } from '@mantine/core';
import { Keys } from '../components/Keys.tsx';
import classes from './KeysDialog.module.css';
import { keyGroups } from './keys.ts';

export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keys">
      {keyGroups.map((group) => (
        <section key={group.title} className={classes.group}>
          <h3>{group.title}</h3>
          <dl>
            {Object.entries(group.actions).map(([name, action]) => (
              <div key={name}>
                <dt>{action.label}</dt>
                <dd>
                  {action.keys.map((key) => (
                    <Keys key={key} name={key} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
