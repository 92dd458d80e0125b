/** @file The camera: a look through it, and a picture with each press. */
import { Button, Modal, NativeSelect } from '@mantine/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { formatCounted } from '../../components/format.ts';
import { CameraIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { tryActions } from './actions.ts';
import classes from './CameraDialog.module.css';
import { useCamera } from './use-camera.ts';

export interface CameraDialogProps {
  onFiles: (files: File[]) => void;
  onClose: () => void;
}

export function CameraDialog({ onFiles, onClose }: CameraDialogProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [deviceId, setDeviceId] = useState<string>();
  const { problem, isReady, devices, stream } = useCamera(deviceId);
  const [taken, setTaken] = useState(0);

  useEffect(() => {
    if (video.current) video.current.srcObject = stream ?? null;
  }, [stream]);

  // A button that was disabled when the dialog opened got no focus; a space pressed elsewhere would close it.
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isReady) button.current?.focus();
  }, [isReady]);

  const shoot = async (): Promise<void> => {
    const file = video.current && isReady ? await takePicture(video.current, taken + 1) : undefined;
    if (!file) return;
    setTaken(taken + 1);
    onFiles([file]);
  };
  useSpace(() => void shoot());

  return (
    <Modal opened onClose={onClose} title="Camera" size="lg">
      <div className={classes.frame}>
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what the camera sees has no sound. */}
        <video ref={video} className={classes.video} autoPlay muted playsInline data-ready={isReady || undefined} />
        {problem && (
          <p className={classes.problem} role="alert">
            {problem}
          </p>
        )}
        {!problem && !isReady && <p className={classes.problem}>Waiting for the camera…</p>}
      </div>
      <div className={classes.foot}>
        {devices.length > 1 && (
          <NativeSelect
            aria-label="Which camera"
            value={deviceId ?? devices[0]?.deviceId ?? ''}
            onChange={(event) => setDeviceId(event.currentTarget.value)}
            data={devices.map((device, n) => ({ value: device.deviceId, label: device.label || `Camera ${n + 1}` }))}
          />
        )}
        <output className={classes.count}>
          {taken === 0 ? 'Each picture is asked at once.' : `${formatCounted(taken, 'picture')} taken`}
        </output>
        <Button ref={button} leftSection={<CameraIcon size={18} />} disabled={!isReady} onClick={() => void shoot()}>
          <span className={classes.shoot}>
            Take a picture <Keys name={tryActions.shoot.keys[0]} />
          </span>
        </Button>
      </div>
    </Modal>
  );
}

/** Space takes a picture wherever focus is, but on what a space presses anyway. */
function useSpace(perform: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const isPressed = event.target instanceof HTMLElement && event.target.matches('button, select, input');
    if (event.key !== ' ' || event.repeat || isPressed) return;
    event.preventDefault();
    perform();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

/** As JPEG of the camera's own size. */
async function takePicture(video: HTMLVideoElement, number: number): Promise<File | undefined> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', 0.95);
  });
  return blob ? new File([blob], `camera-${number}.jpg`, { type: 'image/jpeg' }) : undefined;
}
