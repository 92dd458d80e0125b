/** @file What a camera sees, let go when nobody looks any more. */
import { useEffect, useState } from 'react';

export interface Camera {
  /** Why there is no picture, with what to do. */
  problem: string | undefined;
  isReady: boolean;
  devices: readonly MediaDeviceInfo[];
  /** For a video element. */
  stream: MediaStream | undefined;
}

const problems: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The browser does not let this page see through a camera. Allow it beside the address, then open this again.',
  NotFoundError: 'No camera was found. Plug one in, then open this again.',
  NotReadableError: 'Another program uses the camera. Close it there, then open this again.',
};
const elsewhere = 'The camera does not open. Choose a file instead.';
const insecure = 'Browsers give cameras only to pages of this machine and to those that come by https.';

const closed: Camera = { problem: undefined, isReady: false, devices: [], stream: undefined };

export function useCamera(deviceId: string | undefined): Camera {
  const [camera, setCamera] = useState<Camera>(closed);
  useEffect(() => {
    let isGone = false;
    let stream: MediaStream | undefined;
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const open = async (): Promise<void> => {
      // Absent on pages that are not secure.
      const media = navigator.mediaDevices as MediaDevices | undefined;
      if (!media) return setCamera({ ...closed, problem: insecure });
      try {
        const wanted = deviceId === undefined ? { facingMode: 'environment' } : { deviceId: { exact: deviceId } };
        stream = await media.getUserMedia({ video: { ...wanted, width: { ideal: 1280 } } });
        if (isGone) return stop();
        const devices = (await media.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
        if (!isGone) setCamera({ problem: undefined, isReady: true, devices, stream });
      } catch (error) {
        stop();
        const problem = problems[error instanceof Error ? error.name : ''] ?? elsewhere;
        if (!isGone) setCamera({ ...closed, problem });
      }
    };
    void open();
    return () => {
      isGone = true;
      stop();
    };
  }, [deviceId]);
  return camera;
}
