/** @file The health light: color and word in the header, the whole story on a press. */
import { Popover, UnstyledButton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Command } from '../components/Command.tsx';
import { modelsKey, useHealth, workspaceKey } from '../components/use-workspace.ts';
import classes from './HealthLight.module.css';
import { describeHealth } from './health.ts';

export function HealthLight() {
  const { data, isError } = useHealth();
  const state = describeHealth(data, !isError);
  useRefreshOnNewVersion(data && `${data.model}@${data.version}`);
  return (
    <Popover position="bottom-end" width={320} shadow="md" withArrow trapFocus={state.commands.length > 0}>
      <Popover.Target>
        <UnstyledButton className={classes.light} data-tone={state.tone} aria-label={`Health: ${state.label}`}>
          <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            {state.tone === 'bad' ? (
              <rect x="0.5" y="0.5" width="9" height="9" rx="1" />
            ) : state.tone === 'warn' ? (
              <path d="M5 0.5 9.75 9.250H.250Z" />
            ) : (
              <circle cx="5" cy="5" r="4.5" />
            )}
          </svg>
          <span className={classes.label}>{state.label}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.sentence}>{state.sentence}</p>
        {data?.model && !isError && (
          <dl className={classes.facts}>
            <dt>Model</dt>
            <dd>{data.model}</dd>
            <dt>Version</dt>
            <dd>{data.version}</dd>
          </dl>
        )}
        {state.commands.map((line) => (
          <div key={line} className={classes.step}>
            <Command line={line} />
          </div>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}

/** What was known of the workspace is asked again when another version starts to answer. */
function useRefreshOnNewVersion(served: string | undefined): void {
  const client = useQueryClient();
  const last = useRef(served);
  useEffect(() => {
    if (last.current !== undefined && served !== undefined && served !== last.current) {
      void client.invalidateQueries({ queryKey: workspaceKey });
      void client.invalidateQueries({ queryKey: modelsKey });
    }
    last.current = served ?? last.current;
  }, [client, served]);
}
