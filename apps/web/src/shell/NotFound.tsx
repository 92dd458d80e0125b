/** @file No screen has this address. */
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { EmptyState } from '../components/EmptyState.tsx';
import { SearchIcon } from '../components/icons.tsx';

export function NotFound() {
  return (
    <EmptyState icon={<SearchIcon />} title="There is no such screen">
      <p>The address names no screen of this page.</p>
      <Button component={Link} href="/" variant="default">
        To the first screen
      </Button>
    </EmptyState>
  );
}
