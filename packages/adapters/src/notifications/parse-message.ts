/** @file Messages of queues as events of objects. Whatever else is in a queue is told apart, and never an exception. */
import {
  decodeEventKey,
  eventBridgeSchema,
  gcsAttributesSchema,
  s3NotificationSchema,
  s3TestEventSchema,
  snsEnvelopeSchema,
} from '@tintype/contracts/object-event';
import type { ObjectEvent } from '@tintype/core/ports/notifications';

/** S3's own event, the same wrapped by SNS, or EventBridge's. Undefined where it is none of them. */
export function parseS3Message(text: string): ObjectEvent[] | undefined {
  const message = parseJson(text);
  const envelope = snsEnvelopeSchema.safeParse(message);
  return parseS3Event(envelope.success ? parseJson(envelope.data.Message) : message);
}

function parseS3Event(message: unknown): ObjectEvent[] | undefined {
  const { data: bridged } = eventBridgeSchema.safeParse(message);
  if (bridged) return [{ bucket: bridged.detail.bucket.name, key: bridged.detail.object.key }];
  if (s3TestEventSchema.safeParse(message).success) return [];
  const { data: event } = s3NotificationSchema.safeParse(message);
  return event?.Records.flatMap(({ s3 }) => {
    const key = decodeEventKey(s3.object.key);
    return key === undefined ? [] : [{ bucket: s3.bucket.name, key }];
  });
}

/** By the attributes that Google Cloud Storage gives its messages. Undefined where they are none of its own. */
export function parseGcsAttributes(attributes: unknown): ObjectEvent[] | undefined {
  const { data } = gcsAttributesSchema.safeParse(attributes);
  if (!data) return undefined;
  // What an object is called and allowed changes neither its bytes nor whether it is there.
  return data.eventType === 'OBJECT_METADATA_UPDATE' ? [] : [{ bucket: data.bucketId, key: data.objectId }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
