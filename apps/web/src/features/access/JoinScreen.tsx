/** @file Choosing name and password by a link that works once. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import classes from './AccessFrame.module.css';
import { AccessFrame } from './AccessFrame.tsx';
import { type Choice, findProblems, parseInvitation } from './join-link.ts';
import { useFirstField } from './use-first-field.ts';
import { useJoin } from './use-session.ts';

/** Read once; then the address forgets it, so that no history and no screenshot keeps it. */
function useInvitation(): string {
  const [invitation] = useState(() => parseInvitation(window.location.hash));
  useEffect(() => window.history.replaceState(null, '', '/join'), []);
  return invitation;
}

export function JoinScreen() {
  const invitation = useInvitation();
  const first = useFirstField();
  const [choice, setChoice] = useState<Choice>({ name: '', password: '', repeated: '' });
  const [isTried, setTried] = useState(false);
  const [, go] = useLocation();
  const join = useJoin(() => go('/', { replace: true }));
  const problems = findProblems(choice);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length === 0) join.mutate({ invitation, name: choice.name, password: choice.password });
  };
  const field = (key: keyof Choice) => ({
    required: true,
    withAsterisk: false,
    value: choice[key],
    error: isTried ? problems[key] : undefined,
    onChange: (event: FormEvent<HTMLInputElement>) => setChoice({ ...choice, [key]: event.currentTarget.value }),
  });
  const toggle = { visibilityToggleButtonProps: { 'aria-label': 'Show the password' } };
  return (
    <AccessFrame title="Choose your name and password">
      <form className={classes.form} onSubmit={submit} noValidate>
        <TextInput
          label="Name"
          name="name"
          description="Letters, digits, dots, dashes and underscores"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          ref={first}
          {...field('name')}
        />
        <PasswordInput
          label="Password"
          description="At least 12 characters; a sentence is easy to keep in mind"
          autoComplete="new-password"
          {...toggle}
          {...field('password')}
        />
        <PasswordInput label="Password again" autoComplete="new-password" {...toggle} {...field('repeated')} />
        {join.isError && <ProblemNotice error={join.error} />}
        <Button type="submit" loading={join.isPending} fullWidth>
          Continue
        </Button>
      </form>
    </AccessFrame>
  );
}
