/** @file A camera into a video element, let go when it is not looked through any more. */
import { type RefObject, useEffect, useState } from 'react';

export interface Camera {
  /** Why there is no picture, with what to do. */
  problem: string | undefined;
  isReady: boolean;
  devices: readonly MediaDeviceInfo[];
}

const problems: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The browser does not let this page see through a camera. Allow it beside the address, then open this again.',
  NotFoundError: 'No camera was found. Plug one in, then open this again.',
  NotReadableError: 'Another program uses the camera. Close it there, then open this again.',
};
const elsewhere = 'The camera does not open. Choose a file instead.';
const insecure = 'Browsers give cameras only to pages of this machine and to those that come by https.';

export function useCamera(video: RefObject<HTMLVideoElement | null>, deviceId: string | undefined): Camera {
  const [camera, setCamera] = useState<Camera>({ problem: undefined, isReady: false, devices: [] });
  useEffect(() => {
    let isGone = false;
    let stream: MediaStream | undefined;
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const open = async (): Promise<void> => {
      // Absent on pages that are not secure.
      const media = navigator.mediaDevices as MediaDevices | undefined;
      if (!media) return setCamera({ problem: insecure, isReady: false, devices: [] });
      try {
        const wanted = deviceId === undefined ? { facingMode: 'environment' } : { deviceId: { exact: deviceId } };
        stream = await media.getUserMedia({ video: { ...wanted, width: { ideal: 1280 } } });
        if (isGone || !video.current) return stop();
        video.current.srcObject = stream;
        await video.current.play();
        const devices = (await media.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
        if (!isGone) setCamera({ problem: undefined, isReady: true, devices });
      } catch (error) {
        stop();
        const problem = problems[error instanceof Error ? error.name : ''] ?? elsewhere;
        if (!isGone) setCamera({ problem, isReady: false, devices: [] });
      }
    };
    void open();
    return () => {
      isGone = true;
      stop();
    };
  }, [video, deviceId]);
  return camera;
}
