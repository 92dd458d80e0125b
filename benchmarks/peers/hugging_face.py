"""What transformers makes of a folder that was saved in its layout, for the pixels beside it, as one line of JSON."""

import json
import pathlib
import sys

import numpy as np
import torch
from transformers import Dinov2ForImageClassification, ViTForImageClassification

folder = pathlib.Path(sys.argv[1])
config = json.loads((folder / "config.json").read_text())
model_class = {"vit": ViTForImageClassification, "dinov2": Dinov2ForImageClassification}[config["model_type"]]
model, told = model_class.from_pretrained(folder, output_loading_info=True)
# The mask token is for pretraining alone.
unexpected = [name for key in ("missing_keys", "unexpected_keys", "mismatched_keys") for name in map(str, told[key]) if "mask_token" not in name]
side = config["image_size"]
pixels = torch.from_numpy(np.fromfile(folder / "pixels.bin", dtype="<f4").reshape(-1, 3, side, side))
with torch.no_grad():
    logits = model.eval()(pixels).logits
labels = [model.config.id2label[n] for n in range(len(model.config.id2label))]
print(json.dumps({"model": model_class.__name__, "logits": logits.flatten().tolist(), "labels": labels, "unexpected": ", ".join(unexpected)}))
