/** @file Signing in with name and password. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import classes from './AccessFrame.module.css';
import { AccessFrame } from './AccessFrame.tsx';
import { useFirstField } from './use-first-field.ts';
import { useLogIn } from './use-session.ts';

export function LoginScreen({ hasAdmin }: { hasAdmin: boolean }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const first = useFirstField();
  const logIn = useLogIn();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    logIn.mutate({ name: name.trim(), password });
  };
  if (!hasAdmin) return <NoAdmin />;
  return (
    <AccessFrame title="Sign in">
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          label="Name"
          name="name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          ref={first}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {logIn.isError && <ProblemNotice error={logIn.error} />}
        <Button type="submit" loading={logIn.isPending} fullWidth>
          Sign in
        </Button>
      </form>
    </AccessFrame>
  );
}

function NoAdmin() {
  return (
    <AccessFrame title="No administrator yet">
      <p>
        When the server started, it printed a link on its terminal. Whoever opens it chooses a name and a password, and
        becomes the first administrator.
      </p>
      <p>The link works once, for 30 minutes. Start the server again for a new one.</p>
    </AccessFrame>
  );
}
