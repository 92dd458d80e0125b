/** @file A cloud's bucket by its address; the cloud's library is loaded when it is needed. */
import type { Config } from '@tintype/contracts/config';
import type { CloudAddress } from '@tintype/contracts/store-address';
import type { Bucket } from '@tintype/core/ports/bucket';

export interface BucketSettings {
  s3: Config['s3'];
}

const clouds: Record<CloudAddress['scheme'], (address: CloudAddress, settings: BucketSettings) => Promise<Bucket>> = {
  async s3(address, { s3 }) {
    const { openS3Bucket } = await import('./open-s3-bucket.ts');
    return openS3Bucket({ address, settings: s3 });
  },
  async gs(address) {
    const { openGcsBucket } = await import('./open-gcs-bucket.ts');
    return openGcsBucket({ address });
  },
};

export function openBucket(address: CloudAddress, settings: BucketSettings): Promise<Bucket> {
  return clouds[address.scheme](address, settings);
}
