"""The peer of head.mjs: scikit-learn's L-BFGS on the same rows. Arguments: FOLDER DIMENSIONS L2 REPEATS."""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

folder, dimensions, l2, repeats = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
features = np.fromfile(f"{folder}/features.f32", np.float32).reshape(-1, dimensions)
classes = np.fromfile(f"{folder}/classes.i32", np.int32)

times = []
for _ in range(repeats):
    started_at = time.perf_counter()
    # Ours is the mean loss + l2/2 |W|^2; scikit-learn's is C times the sum of losses + 1/2 |W|^2.
    model = LogisticRegression(C=1 / (l2 * len(classes)), max_iter=500).fit(features, classes)
    times.append((time.perf_counter() - started_at) * 1000)

weights = model.coef_.astype(np.float64)
scores = features.astype(np.float64) @ weights.T + model.intercept_
scores -= scores.max(axis=1, keepdims=True)
log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
loss = -log_probabilities[np.arange(len(classes)), classes].mean() + l2 / 2 * (weights**2).sum()
print(
    json.dumps(
        {
            "ms": round(float(np.median(times))),
            "minMs": round(min(times)),
            "loss": float(loss),
            "iterations": int(model.n_iter_[0]),
            "version": sklearn.__version__,
        }
    )
)
