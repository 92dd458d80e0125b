"""Saves image models of keras.applications, weights drawn by seed, with what TensorFlow answers: keras_models.py FOLDER NAME..."""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

folder = pathlib.Path(sys.argv[1])
size = 96
pictures = np.random.default_rng(1).integers(0, 256, (2, size, size, 3)).astype("float32")
for n, name in enumerate(sys.argv[2:]):
    keras.utils.clear_session()
    keras.utils.set_random_seed(n)
    make = getattr(keras.applications, name)
    model = make(weights=None, include_top=False, pooling="avg", input_shape=(size, size, 3))
    model = keras.Model(model.input, keras.layers.Dense(10, name="answer")(model.output))
    random = np.random.default_rng(n)
    # A Normalization layer takes its numbers when it is built: what is assigned later would be saved but not used.
    normalizing = {id(w) for layer in model.layers if isinstance(layer, keras.layers.Normalization) for w in layer.weights}
    for weight in model.weights:
        if id(weight) in normalizing:
            continue
        if weight.path.endswith(("gamma", "variance", "beta", "mean")):
            spread = random.normal(size=weight.shape) * 0.1
            weight.assign((spread if weight.path.endswith(("beta", "mean")) else 1 + spread).astype("float32"))
    extension = "h5" if n % 2 else "keras"
    model.save(folder / f"{name}.{extension}")
    (folder / f"{name}.json").write_text(json.dumps({"file": f"{name}.{extension}", "logits": np.asarray(model(pictures, training=False)).tolist()}))
(folder / "pictures.json").write_text(json.dumps(pictures.astype(int).ravel().tolist()))
