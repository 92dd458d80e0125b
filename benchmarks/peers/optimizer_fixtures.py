"""Steps of torch.optim in float64, for packages/autograd/src/optimize/optimizers.test.ts.

python benchmarks/peers/optimizer_fixtures.py > packages/autograd/src/optimize/optimizers.fixture.json
Made with torch 2.13.0. Hyperparameters are sums of few powers of two, so that float32 holds them exactly.
"""

import json

import torch

torch.manual_seed(7)
STEPS = 6
SHAPE = (2, 3)

CASES = {
    "sgd": ("SGD", dict(lr=0.1)),
    "sgd with momentum": ("SGD", dict(lr=0.1, momentum=0.875)),
    "sgd with momentum and weight decay": ("SGD", dict(lr=0.1, momentum=0.875, weight_decay=0.0625)),
    "sgd with nesterov": ("SGD", dict(lr=0.1, momentum=0.75, nesterov=True, weight_decay=0.0625)),
    "adamw": ("AdamW", dict(lr=0.01, betas=(0.875, 0.9921875), eps=1e-8, weight_decay=0.0)),
    "adamw with weight decay": ("AdamW", dict(lr=0.01, betas=(0.875, 0.9921875), eps=1e-3, weight_decay=0.125)),
    "adamw, clipped": ("AdamW", dict(lr=0.01, betas=(0.875, 0.9921875), eps=1e-8, weight_decay=0.125)),
    "sgd with momentum, clipped": ("SGD", dict(lr=0.1, momentum=0.875)),
}


def run(name):
    kind, options = CASES[name]
    parameter = torch.nn.Parameter(torch.randn(SHAPE, dtype=torch.float64).float().double())
    optimizer = getattr(torch.optim, kind)([parameter], **options)
    limit = 1.5 if name.endswith("clipped") else None
    steps = []
    initial = parameter.detach().flatten().tolist()
    for _ in range(STEPS):
        gradient = torch.randn(SHAPE, dtype=torch.float64).float().double()
        parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_([parameter], limit) if limit else None
        optimizer.step()
        steps.append(
            {
                "gradient": gradient.flatten().tolist(),
                "parameter": parameter.detach().flatten().tolist(),
                **({"norm": norm.item()} if limit else {}),
            }
        )
    return {"name": name, "kind": kind, "options": options, "limit": limit, "initial": initial, "steps": steps}


print(json.dumps({"torch": torch.__version__, "shape": SHAPE, "cases": [run(name) for name in CASES]}, indent=1))
