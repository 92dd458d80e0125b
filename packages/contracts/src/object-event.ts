/** @file Events of buckets as clouds write them: S3's own, wrapped by SNS or not, EventBridge's, and those of Google Cloud Storage. */
import { z } from 'zod';

/** Key of an S3 event as it is in the bucket: `+` is a space, `%2F` a slash. Undefined where it is not encoded as S3 does. */
export function decodeEventKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const bucketName = z.string().min(1).max(255);

/** Any of S3's 2.x versions; keys are URL-encoded. Fields that are not named here are ignored. */
export const s3NotificationSchema = z.object({
  Records: z.array(
    z.object({
      s3: z.object({ bucket: z.object({ name: bucketName }), object: z.object({ key: z.string().min(1).max(3072) }) }),
    }),
  ),
});

/** What S3 sends once when it is told where to send events. */
export const s3TestEventSchema = z.object({ Event: z.literal('s3:TestEvent') });

/** An event that came by a topic of SNS, unless the subscription delivers raw messages. */
export const snsEnvelopeSchema = z.object({ Type: z.literal('Notification'), Message: z.string() });

/** What EventBridge makes of S3's events; keys are as they are. */
export const eventBridgeSchema = z.object({
  source: z.literal('aws.s3'),
  detail: z.object({ bucket: z.object({ name: bucketName }), object: z.object({ key: z.string().min(1).max(1024) }) }),
});

/** Attributes of a Pub/Sub message of Google Cloud Storage; names are as they are. */
export const gcsAttributesSchema = z.object({
  eventType: z.string().startsWith('OBJECT_'),
  bucketId: bucketName,
  objectId: z.string().min(1).max(1024),
});
