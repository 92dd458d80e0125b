/** @file Who is signed in, and signing out; nothing where nobody had to. */
import { ActionIcon, Button, Popover } from '@mantine/core';
import { UserIcon } from '../components/icons.tsx';
import { useLogOut, useSession } from '../features/access/use-session.ts';
import classes from './UserButton.module.css';

export function UserButton() {
  const { data } = useSession();
  const logOut = useLogOut();
  if (!data?.identity?.isSession) return null;
  const { name, role } = data.identity;
  return (
    <Popover position="bottom-end" width={220} shadow="md" withArrow trapFocus>
      <Popover.Target>
        <ActionIcon aria-label={`Signed in as ${name}`}>
          <UserIcon />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.name}>{name}</p>
        <p className={classes.role}>{role}</p>
        <Button variant="default" fullWidth loading={logOut.isPending} onClick={() => logOut.mutate()}>
          Sign out
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
