"""The peer of heads.mjs: scikit-learn's classifiers on the same rows and folds. One request a line, as JSON, and one answer."""

import json
import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

# Hyperparameters: those that people write first, and for the linear ones, which have no good first value, the C that ours chose.
KINDS = {
    "logistic": lambda h, seed: make_pipeline(StandardScaler(), LogisticRegression(C=h["c"], max_iter=500)),
    "knn": lambda h, seed: KNeighborsClassifier(h["k"], metric="cosine"),
    "svm-linear": lambda h, seed: make_pipeline(StandardScaler(), LinearSVC(C=h["c"], random_state=seed)),
    "svm-rbf": lambda h, seed: make_pipeline(StandardScaler(), SVC(C=10, gamma="scale")),
    "forest": lambda h, seed: RandomForestClassifier(200, random_state=seed),
    "mlp": lambda h, seed: make_pipeline(StandardScaler(), MLPClassifier((100,), early_stopping=True, random_state=seed)),
}

rows, rows_path = None, None
for line in sys.stdin:
    request = json.loads(line)
    if rows_path != request["path"]:
        rows_path = request["path"]
        rows = np.fromfile(rows_path, np.float32).reshape(-1, request["dimensions"])
    truth = np.array(request["truth"], np.int32)
    fit, held = request["fit"], request["held"]
    model = KINDS[request["kind"]](request["hyperparameters"], request["seed"])
    features, classes = rows[fit], truth[fit]
    started_at = time.perf_counter()
    model.fit(features, classes)
    seconds = time.perf_counter() - started_at
    print(json.dumps({"accuracy": float(model.score(rows[held], truth[held])), "seconds": seconds}), flush=True)
