/** @file Users: who may sign in and with which role; invitations by a link that works once. */
import { Button, Modal, NativeSelect } from '@mantine/core';
import { type Role, roles, type User } from '@tintype/contracts/access';
import { useState } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted, formatTime } from '../../components/format.ts';
import { UserIcon } from '../../components/icons.tsx';
import panel from '../../components/Panel.module.css';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import parts from './Parts.module.css';
import { ShownOnce } from './ShownOnce.tsx';
import { useChangeUser, useInvite, useUsers } from './use-access.ts';

/** What each role may, in the words of the page. */
export const roleWords: Record<Role, string> = {
  viewer: 'tries pictures and looks around',
  annotator: 'also labels',
  trainer: 'also trains, reviews and promotes',
  admin: 'also lets people in',
};

/** For whom a link is made: a new user, or one who gets a new password. */
type Invited = { user?: string };

export function Users() {
  const { data, error, isPending, refetch } = useUsers();
  const [invited, setInvited] = useState<Invited>();
  if (isPending) return <Waiting what="the users" height={280} />;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const users = data?.items ?? [];
  return (
    <>
      {users.length === 0 ? (
        <EmptyState icon={<UserIcon size={26} />} title="No users yet">
          <p>
            Whoever uses this machine needs no user. Invite others by a link: whoever opens it chooses a name and a
            password.
          </p>
          <Button onClick={() => setInvited({})}>Invite somebody</Button>
        </EmptyState>
      ) : (
        <section className={panel.panel} aria-label="Users">
          <div className={panel.head}>
            <h2>{formatCounted(users.length, 'user')}</h2>
            <Button onClick={() => setInvited({})}>Invite somebody</Button>
          </div>
          <UserTable users={users} onNewPassword={(user) => setInvited({ user })} />
        </section>
      )}
      {invited && <InviteDialog invited={invited} onClose={() => setInvited(undefined)} />}
    </>
  );
}

function UserTable({ users, onNewPassword }: { users: readonly User[]; onNewPassword: (name: string) => void }) {
  const change = useChangeUser();
  return (
    <>
      {change.error && <ProblemNotice error={change.error} />}
      <div className={panel.scroller}>
        <table className={panel.table}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col" className={parts.wide}>
                May
              </th>
              <th scope="col" className={parts.wide}>
                Since
              </th>
              <th scope="col" className={parts.wide}>
                Invited by
              </th>
              <th scope="col">
                <span className={parts.actions}>Access</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.name} data-off={user.disabledAt === null ? undefined : true}>
                <th scope="row">{user.name}</th>
                <td>
                  <NativeSelect
                    aria-label={`Role of ${user.name}`}
                    size="xs"
                    className={parts.role}
                    value={user.role}
                    data={[...roles]}
                    onChange={(event) => change.mutate({ user, change: { role: event.currentTarget.value as Role } })}
                  />
                </td>
                <td className={parts.wide}>{roleWords[user.role]}</td>
                <td className={parts.wide}>{formatTime(user.createdAt)}</td>
                <td className={parts.wide}>{user.createdBy}</td>
                <td data-actions>
                  <span className={parts.actions}>
                    {user.disabledAt === null && (
                      <Button
                        variant="subtle"
                        color="gray"
                        size="compact-sm"
                        aria-label={`New password for ${user.name}`}
                        onClick={() => onNewPassword(user.name)}
                      >
                        New password
                      </Button>
                    )}
                    <Button
                      variant="default"
                      size="compact-sm"
                      aria-label={`${user.disabledAt === null ? 'Keep out' : 'Let in again'}: ${user.name}`}
                      onClick={() => change.mutate({ user, change: { isDisabled: user.disabledAt === null } })}
                    >
                      {user.disabledAt === null ? 'Keep out' : 'Let in again'}
                    </Button>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function InviteDialog({ invited: { user }, onClose }: { invited: Invited; onClose: () => void }) {
  const [role, setRole] = useState<Role>('annotator');
  const invitation = useInvite();
  const { data } = invitation;
  return (
    <Modal
      opened
      onClose={onClose}
      title={user === undefined ? 'Invite somebody' : `A new password for ${user}`}
      classNames={{ title: parts.title }}
    >
      {data ? (
        <ShownOnce
          label="Link"
          value={window.location.origin + data.path}
          note={`It works once, until ${formatTime(data.expiresAt)}, and is shown this once: send it to nobody else.`}
        />
      ) : (
        <div className={parts.form}>
          {user === undefined ? (
            <NativeSelect
              label="Role"
              value={role}
              onChange={(event) => setRole(event.currentTarget.value as Role)}
              data={roles.map((name) => ({ value: name, label: `${name}: ${roleWords[name]}` }))}
            />
          ) : (
            <p>
              The link lets {user} choose a new password. Whoever is signed in as {user} is signed out by it.
            </p>
          )}
          {invitation.error && <ProblemNotice error={invitation.error} />}
          <div className={parts.buttons}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              loading={invitation.isPending}
              onClick={() => invitation.mutate({ role, ...(user === undefined ? {} : { user }) })}
              data-autofocus={user === undefined ? undefined : true}
            >
              Make a link
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
