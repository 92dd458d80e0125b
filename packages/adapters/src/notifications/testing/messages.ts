/** @file Messages as clouds write them, for tests and measurements. */
import type { ObjectEvent } from '@tintype/core/ports/notifications';

/** As S3 sends it: the key is encoded as in a form. */
export function s3Message({ bucket, key }: ObjectEvent): string {
  const encoded = new URLSearchParams([['', key]]).toString().slice(1);
  const object = { key: encoded, size: 1, sequencer: '0055AED6DCD90281E5' };
  const s3 = { s3SchemaVersion: '1.0', bucket: { name: bucket }, object };
  return JSON.stringify({ Records: [{ eventVersion: '2.1', eventName: 'ObjectCreated:Put', s3 }] });
}

/** Attributes of the message that Google Cloud Storage sends. */
export function gcsMessage({ bucket, key }: ObjectEvent): string {
  return JSON.stringify({
    eventType: 'OBJECT_FINALIZE',
    bucketId: bucket,
    objectId: key,
    payloadFormat: 'JSON_API_V1',
  });
}
