"""What TensorBoard's own reader finds in a folder of event files, as one line of JSON."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()


def hyperparameters():
    name = "_hparams_/session_start_info"
    content = accumulator.SummaryMetadata(name).plugin_data.content
    values = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
    return {key: getattr(value, value.WhichOneof("kind")) for key, value in values.items()}


def scalars(tag):
    return [[event.step, event.value] for event in accumulator.Scalars(tag)]


print(json.dumps({
    "tags": {kind: names for kind, names in tags.items() if isinstance(names, list)},
    "scalars": scalars("train/loss"),
    "images": [len(image.encoded_image_string) for image in accumulator.Images("augmented")],
    "text": tensor_util.make_ndarray(accumulator.Tensors("notes")[0].tensor_proto).item().decode(),
    "hyperparameters": hyperparameters(),
}))
