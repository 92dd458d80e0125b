/** @file Who is there: the ways to the People screen and to backups, and signing out for whoever signed in. */
import { ActionIcon, Button, Popover } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { BackupIcon, PeopleIcon, UserIcon } from '../components/icons.tsx';
import { useLogOut, useSession } from '../features/access/use-session.ts';
import classes from './UserButton.module.css';

const ways = [
  { scope: 'label', href: '/people', label: 'People', icon: <PeopleIcon size={18} /> },
  { scope: 'admin', href: '/backups', label: 'Backups', icon: <BackupIcon size={18} /> },
] as const;

export function UserButton() {
  const { data } = useSession();
  const logOut = useLogOut();
  const [isOpen, setOpen] = useState(false);
  if (!data?.identity) return null;
  const { name, role, isSession, scopes } = data.identity;
  return (
    <Popover position="bottom-end" width={220} shadow="md" withArrow trapFocus opened={isOpen} onChange={setOpen}>
      <Popover.Target>
        <ActionIcon
          aria-label={isSession ? `Signed in as ${name}` : 'People and access'}
          onClick={() => setOpen(!isOpen)}
        >
          <UserIcon />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.name}>{isSession ? name : 'This machine'}</p>
        <p className={classes.role}>{isSession ? role : 'May everything, without signing in'}</p>
        <div className={classes.ways}>
          {ways
            .filter(({ scope }) => scopes.includes(scope))
            .map(({ href, label, icon }) => (
              <Button
                key={href}
                component={Link}
                href={href}
                variant="default"
                fullWidth
                leftSection={icon}
                onClick={() => setOpen(false)}
              >
                {label}
              </Button>
            ))}
          {isSession && (
            <Button variant="default" fullWidth loading={logOut.isPending} onClick={() => logOut.mutate()}>
              Sign out
            </Button>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
