/** @file Opens pictures as a view of the grid, where everything can be done with them. */
import { Button, type ButtonProps } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { toProblem } from '../../api/problem.ts';
import { PicturesIcon } from '../../components/icons.tsx';
import { useScope } from '../../components/use-scope.ts';
import { openAsView } from '../catalog/open-as-view.ts';

export interface OpenAsViewProps {
  ids: readonly string[];
  size?: ButtonProps['size'];
  children?: ReactNode;
}

/** Nothing for who may not make views. */
export function OpenAsView({ ids, size = 'compact-md', children = 'Open in Pictures' }: OpenAsViewProps) {
  const isAllowed = useScope('label');
  const { mutate, isPending } = useMutation({
    mutationFn: () => openAsView(ids),
    onError: (error) => {
      const { title, detail, hint } = toProblem(error);
      notifications.show({ color: 'red', title, message: `${detail} ${hint}` });
    },
  });
  if (!isAllowed) return null;
  return (
    <Button
      size={size}
      variant="subtle"
      color="gray"
      leftSection={<PicturesIcon size={14} />}
      loading={isPending}
      disabled={ids.length === 0}
      onClick={() => mutate()}
    >
      {children}
    </Button>
  );
}
