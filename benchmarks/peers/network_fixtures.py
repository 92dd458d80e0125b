"""Loss, logits and gradients of two miniature networks in float64, by torch.nn, for core/src/model/architectures/torch-fixture.test.ts.

python benchmarks/peers/network_fixtures.py > packages/core/src/model/architectures/networks.fixture.json
Made with torch 2.13.0. Names are those of our graphs. Every number fed is a formula of its place, so that nothing but results is stored.
"""

import json
import math

import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)
BATCH, CLASSES, SIZE = 3, 4, 8


def wave(count, phase, scale=1.0, shift=0.0):
    return torch.tensor([shift + scale * math.sin(phase + 0.7 * i + 0.05 * i * i) for i in range(count)])


class Block(nn.Module):
    def __init__(self, into, out, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out)
        self.conv2, self.bn2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or into != out:
            self.downsample = nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if self.downsample else x))


class Resnet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4)
        self.layer1, self.layer2 = nn.Sequential(Block(4, 4, 1)), nn.Sequential(Block(4, 6, 2))
        self.fc = nn.Linear(6, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.layer2(self.layer1(x)).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, d))


class Encoder(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.attn = Attention(width, heads)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)})

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(x))))


class Vit(nn.Module):
    def __init__(self, width=8, heads=2, patch=4):
        super().__init__()
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, patch, patch)})
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + (SIZE // patch) ** 2, width))
        self.blocks = nn.Sequential(Encoder(width, heads))
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patch_embed["proj"](x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def run(network):
    network.train()
    parameters = dict(network.named_parameters())
    with torch.no_grad():
        for name, parameter in parameters.items():
            is_scale = parameter.ndim == 1 and name.endswith("weight")
            values = wave(parameter.numel(), len(name), 0.4, 1.0 if is_scale else 0.0)
            parameter.copy_(values.reshape(parameter.shape))
    x = wave(BATCH * 3 * SIZE * SIZE, 1.0).reshape(BATCH, 3, SIZE, SIZE)
    targets = torch.softmax(wave(BATCH * CLASSES, 2.0).reshape(BATCH, CLASSES), 1)
    logits = network(x)
    loss = F.cross_entropy(logits, targets, label_smoothing=0.125)
    loss.backward()

    def numbers(tensor):
        return [float(f"{value:.12g}") for value in tensor.detach().flatten().tolist()]

    statistics = {k: numbers(v) for k, v in network.named_buffers() if not k.endswith("num_batches_tracked")}
    return {
        "loss": loss.item(),
        "logits": numbers(logits),
        "gradients": {name: numbers(parameter.grad) for name, parameter in parameters.items()},
        "buffers": statistics,
    }


result = {"torch": torch.__version__, "resnet": run(Resnet()), "vit": run(Vit())}
print(json.dumps(result))
