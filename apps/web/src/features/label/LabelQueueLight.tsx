/** @file In the header while labels are on their way: how many, and what holds them up. */
import { Button, Popover, UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatCount, formatCounted } from '../../components/format.ts';
import classes from './LabelQueueLight.module.css';
import { startLabelQueue, useLabelQueue } from './label-queue.ts';

let isStarted = false;
/** What is saved within a moment is not worth a flicker. */
const flickerMs = 800;

/** Whether it has been so for a while. */
function useLasting(isSo: boolean, forMs: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!isSo) return undefined;
    const later = setTimeout(() => setLasts(true), forMs);
    return () => {
      clearTimeout(later);
      setLasts(false);
    };
  }, [isSo, forMs]);
  return isSo && lasts;
}

export function LabelQueueLight() {
  const { state, unsent, refused, retryRefused, discardRefused } = useLabelQueue();
  useEffect(() => {
    if (!isStarted) startLabelQueue();
    isStarted = true;
  }, []);
  const isLong = useLasting(state === 'sending', flickerMs);
  if (refused.length === 0 && (state === 'saved' || (state === 'sending' && !isLong))) return null;
  const words =
    refused.length > 0
      ? `${formatCounted(refused.length, 'label')} refused`
      : state === 'waiting'
        ? `${formatCount(unsent)} not saved`
        : `Saving ${formatCount(unsent)}`;
  return (
    <Popover position="bottom-end" width={340} shadow="md" withArrow trapFocus={refused.length > 0}>
      <Popover.Target>
        <UnstyledButton className={classes.light} data-state={refused.length > 0 ? 'refused' : state}>
          {words}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        {unsent > 0 && (
          <p className={classes.sentence}>
            {formatCounted(unsent, 'label')} {unsent === 1 ? 'is' : 'are'} kept in this browser
            {state === 'waiting' ? ' and will be sent as soon as the server takes them.' : ' and being sent.'} You can
            go on, and even close the page.
          </p>
        )}
        {refused.length > 0 && (
          <>
            <p className={classes.sentence}>
              The server did not take {formatCounted(refused.length, 'label')}: {refused[0]?.refusal}
            </p>
            <div className={classes.actions}>
              <Button variant="default" onClick={retryRefused}>
                Try again
              </Button>
              <Button variant="subtle" color="gray" onClick={discardRefused}>
                Give {refused.length === 1 ? 'it' : 'them'} up
              </Button>
            </div>
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
