/** @file Pictures from the camera and from an address, beside files. */
import { Button, Popover, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { CameraIcon, LinkIcon } from '../../components/icons.tsx';
import { parseAddress } from './address.ts';
import classes from './OtherWays.module.css';

const CameraDialog = lazy(() => import('./CameraDialog.tsx').then((module) => ({ default: module.CameraDialog })));

export interface OtherWaysProps {
  onFiles: (files: File[]) => void;
  /** Absent while the server is not asked: it is who fetches. */
  onAddress: ((url: string) => void) | undefined;
}

export function OtherWays({ onFiles, onAddress }: OtherWaysProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <div className={classes.ways}>
      <Button variant="default" leftSection={<CameraIcon size={18} />} onClick={open}>
        Camera
      </Button>
      {onAddress && <AddressForm onAddress={onAddress} />}
      {isOpen && (
        <Suspense>
          <CameraDialog onFiles={onFiles} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

function AddressForm({ onAddress }: { onAddress: (url: string) => void }) {
  const [isOpen, { toggle, close, open }] = useDisclosure(false);
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const address = parseAddress(text);
    setWrong(address === undefined);
    if (address === undefined) return;
    onAddress(address);
    setText('');
    close();
  };
  return (
    <Popover
      opened={isOpen}
      onChange={(opened) => (opened ? open() : close())}
      width={340}
      shadow="md"
      withArrow
      trapFocus
    >
      <Popover.Target>
        <Button variant="default" leftSection={<LinkIcon size={18} />} onClick={toggle}>
          Address
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit} className={classes.form}>
          <TextInput
            label="Address of a picture"
            description="The server fetches it; it must be on the public internet."
            placeholder="https://"
            value={text}
            error={isWrong ? 'This is no address that starts with http:// or https://' : undefined}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
          />
          <Button type="submit">Ask</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
