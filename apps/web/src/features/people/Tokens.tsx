/** @file Tokens let programs in: made, shown once, revoked. */
import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { type ApiToken, type Role, roleScopes, roles } from '@tintype/contracts/access';
import { type FormEvent, useState } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted, formatTime } from '../../components/format.ts';
import { KeyboardIcon } from '../../components/icons.tsx';
import panel from '../../components/Panel.module.css';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useNow } from '../../components/use-now.ts';
import { Waiting } from '../../components/Waiting.tsx';
import parts from './Parts.module.css';
import { ShownOnce } from './ShownOnce.tsx';
import { describeToken, isWorking, tokenTimes } from './token-state.ts';
import { roleWords } from './Users.tsx';
import { useCreateToken, useRevokeToken, useTokens } from './use-access.ts';

export function Tokens() {
  const { data, error, isPending, refetch } = useTokens();
  const [isMaking, setMaking] = useState(false);
  if (isPending) return <Waiting what="the tokens" height={280} />;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const tokens = data?.items ?? [];
  return (
    <>
      {tokens.length === 0 ? (
        <EmptyState icon={<KeyboardIcon size={26} />} title="No tokens yet">
          <p>A token lets a program ask this server: a camera, a script, another server.</p>
          <Button onClick={() => setMaking(true)}>Make a token</Button>
        </EmptyState>
      ) : (
        <section className={panel.panel} aria-label="Tokens">
          <div className={panel.head}>
            <h2>{formatCounted(tokens.length, 'token')}</h2>
            <Button onClick={() => setMaking(true)}>Make a token</Button>
          </div>
          <TokenTable tokens={tokens} />
        </section>
      )}
      {isMaking && <MakeDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function TokenTable({ tokens }: { tokens: readonly ApiToken[] }) {
  const [asked, setAsked] = useState<ApiToken>();
  const now = useNow(60_000);
  return (
    <>
      <div className={panel.scroller}>
        <table className={panel.table}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">May</th>
              <th scope="col">Works</th>
              <th scope="col" className={parts.wide}>
                Last used
              </th>
              <th scope="col" className={parts.wide}>
                Made by
              </th>
              <th scope="col" aria-label="Revoke" />
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <tr key={token.id} data-off={isWorking(token, now) ? undefined : true}>
                <th scope="row" title={token.id}>
                  {token.name}
                </th>
                <td data-narrow>
                  {token.scopes.length === roleScopes[token.role].length ? token.role : token.scopes.join(', ')}
                </td>
                <td data-narrow>{describeToken(token, now)}</td>
                <td className={parts.wide}>{token.lastUsedAt === null ? 'never' : formatTime(token.lastUsedAt)}</td>
                <td className={parts.wide}>{token.createdBy}</td>
                <td data-actions>
                  <span className={parts.actions}>
                    {isWorking(token, now) && (
                      <Button
                        variant="default"
                        size="compact-sm"
                        aria-label={`Revoke ${token.name}`}
                        onClick={() => setAsked(token)}
                      >
                        Revoke
                      </Button>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asked && <RevokeDialog token={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

/** It cannot be undone, so it is asked for twice. */
function RevokeDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const revoke = useRevokeToken();
  return (
    <Modal opened onClose={onClose} title={`Revoke ${token.name}?`} classNames={{ title: parts.title }}>
      <div className={parts.form}>
        <p>
          Programs that use it are refused from their next request on. It cannot be given back: make a new one then.
        </p>
        {revoke.error && <ProblemNotice error={revoke.error} />}
        <div className={parts.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            color="red"
            loading={revoke.isPending}
            onClick={() => revoke.mutate(token.id, { onSuccess: onClose })}
            data-autofocus
          >
            Revoke
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function MakeDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState('90');
  const make = useCreateToken();
  const { data } = make;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate({ name: name.trim(), role, expiresInDays: days === '' ? null : Number(days) });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={data ? `The token ${data.token.name}` : 'Make a token'}
      classNames={{ title: parts.title }}
    >
      {data ? (
        <ShownOnce
          label="Token"
          value={data.secret}
          note="It is shown this once. Send it as the header “Authorization: Bearer TOKEN”; revoke it here when it is needed no more."
        />
      ) : (
        <form className={parts.form} onSubmit={submit}>
          <TextInput
            label="Name"
            description="What it is for: camera-3, nightly-export"
            required
            withAsterisk={false}
            maxLength={64}
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
            title="Letters, digits, dots, dashes and underscores"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <NativeSelect
            label="Role"
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
            data={roles.map((one) => ({ value: one, label: `${one}: ${roleWords[one]}` }))}
          />
          <NativeSelect
            label="Works for"
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
            data={tokenTimes.map(({ days: value, label }) => ({ value: value === null ? '' : String(value), label }))}
          />
          {make.error && <ProblemNotice error={make.error} />}
          <div className={parts.buttons}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
