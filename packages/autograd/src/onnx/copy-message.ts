/** @file Shallow copies of messages: models are edited by making new ones that share what did not change. */
import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';

/** `message` with some fields replaced; tensors and their data are shared with it. */
export function copyMessage<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  changes: Partial<MessageShape<Desc>>,
): MessageShape<Desc> {
  return Object.assign(create(schema), message, changes);
}
