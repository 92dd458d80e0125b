/** @file The tags of one picture: each leads to its pictures, can be taken off, and another can be added. */
import { Button, Popover } from '@mantine/core';
import type { SampleView } from '@tintype/contracts/api';
import { useState } from 'react';
import { Link } from 'wouter';
import { CloseIcon, TagIcon } from '../../components/icons.tsx';
import { picturesPath } from './gallery-filter.ts';
import { PickOrAdd } from './PickOrAdd.tsx';
import classes from './Sample.module.css';
import { useCuration } from './use-curation.ts';
import { useChoices } from './use-views.ts';

export interface SampleTagsProps {
  sample: SampleView;
  /** Where a key opens it. */
  isOpen?: boolean;
  onOpen?: (isOpen: boolean) => void;
}

export function SampleTags({ sample, isOpen, onOpen }: SampleTagsProps) {
  const [isOwnOpen, setOwnOpen] = useState(false);
  const curation = useCuration();
  const { data: choices } = useChoices();
  const open = onOpen ?? setOwnOpen;
  const tag = (name: string, to: 'tag' | 'untag'): void => void curation.tag([sample.id], name, to);
  return (
    <ul className={classes.tags} aria-label="Tags">
      {sample.tags.map((name) => (
        <li key={name}>
          <Link href={picturesPath({ tag: name })}>{name}</Link>
          <button
            type="button"
            aria-label={`Take the tag ${name} off`}
            title="Take off"
            onClick={() => tag(name, 'untag')}
          >
            <CloseIcon size={12} />
          </button>
        </li>
      ))}
      <li className={classes.add}>
        <Popover opened={isOpen ?? isOwnOpen} onChange={open} position="bottom-start" shadow="md" trapFocus returnFocus>
          <Popover.Target>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<TagIcon size={16} />}
              onClick={() => open(!(isOpen ?? isOwnOpen))}
            >
              Tag
            </Button>
          </Popover.Target>
          <Popover.Dropdown p={8}>
            <PickOrAdd
              label="Tag for this picture"
              placeholder="Tag"
              choices={(choices?.tags ?? []).filter(({ name }) => !sample.tags.includes(name))}
              addLabel={(name) => `New tag “${name}”`}
              onPick={(name) => {
                tag(name, 'tag');
                open(false);
              }}
            />
          </Popover.Dropdown>
        </Popover>
      </li>
    </ul>
  );
}
