"""The peer of train-step.mjs: the same networks and updates in PyTorch, eager, as people launch it. `train_step_torch.py NAME THREADS [cpu|cuda]`;
then one request a line, one answer a line of JSON: `steps N`, `memory`, `gradients SEED FOLDER`. Gradients are computed on the processor."""

import json
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

name, threads = sys.argv[1], int(sys.argv[2])
device = sys.argv[3] if len(sys.argv) > 3 else "cpu"
torch.set_num_threads(threads)
torch.manual_seed(0)
CLASSES = 10


class Block(nn.Module):
    """A basic block of residual networks, named as in torchvision."""

    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        changes = stride != 1 or i != o
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o)) if changes else None

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)), inplace=True)


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        width = 64
        for stage, out in enumerate([64, 128, 256, 512]):
            first = Block(width, out, 1 if stage == 0 else 2)
            setattr(self, f"layer{stage + 1}", nn.Sequential(first, Block(out, out, 1)))
            width = out
        self.fc = nn.Linear(512, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x)), inplace=True), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def conv_norm_relu6(i, o, kernel, stride=1, groups=1):
    conv = nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, i, o, stride, expansion):
        super().__init__()
        hidden = i * expansion
        wide = [conv_norm_relu6(i, hidden, 1)] if expansion > 1 else []
        narrow = [nn.Conv2d(hidden, o, 1, bias=False), nn.BatchNorm2d(o)]
        self.conv = nn.Sequential(*wide, conv_norm_relu6(hidden, hidden, 3, stride, hidden), *narrow)
        self.is_residual = stride == 1 and i == o

    def forward(self, x):
        return x + self.conv(x) if self.is_residual else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        layers, width = [conv_norm_relu6(3, 32, 3, 2)], 32
        stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
        for expansion, out, blocks, stride in stages:
            for i in range(blocks):
                layers.append(InvertedResidual(width, out, stride if i == 0 else 1, expansion))
                width = out
        self.features = nn.Sequential(*layers, conv_norm_relu6(width, 1280, 1))
        self.classifier = nn.Sequential(nn.Identity(), nn.Linear(1280, CLASSES))

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class Cnn8(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers, width = nn.Sequential(), 3
        for i, out in enumerate([32, 32, 64, 64, 128, 128, 256, 256]):
            conv = nn.Conv2d(width, out, 3, 2 if i > 0 and i % 2 == 0 else 1, 1, bias=False)
            self.layers.append(nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True)))
            width = out
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        return self.head(self.layers(x).mean((2, 3)))


class CnnSmall(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Module()
        self.stem.conv, self.stem.norm = nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32)
        widths = [32, 32, 64, 128, 192]
        self.stages = nn.Sequential(*[Block(widths[i], widths[i + 1], 1 if i == 0 else 2) for i in range(4)])
        self.head = nn.Linear(192, CLASSES)

    def forward(self, x):
        return self.head(self.stages(F.relu(self.stem.norm(self.stem.conv(x)), inplace=True)).mean((2, 3)))


class VitBlock(nn.Module):
    """Named as in timm."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.attn, self.mlp = nn.Module(), nn.Module()
        self.attn.qkv, self.attn.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.attn.qkv(self.norm1(x)).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.attn.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, d))
        return x + self.mlp.fc2(F.gelu(self.mlp.fc1(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, width, 16, 16)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 197, width) * 0.02)
        self.blocks = nn.Sequential(*[VitBlock(width, heads) for _ in range(12)])
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patch_embed.proj(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x)[:, 0]))


MAKE, SIZE, BATCH, OPTIMIZER = {
    "vit-tiny": (lambda: Vit(192, 3), 224, 8, "adamw"),
    "vit-base-patch16-224": (lambda: Vit(768, 12), 224, 4, "adamw"),
    "resnet-18": (ResNet18, 160, 8, "sgd"),
    "mobilenet-v2": (MobileNetV2, 160, 8, "sgd"),
    "cnn-8": (Cnn8, 64, 32, "sgd"),
    "cnn-small": (CnnSmall, 64, 32, "adamw"),
}[name]
opened = None


def open_step():
    global opened
    if opened is None:
        net = MAKE().train().to(device)
        x = torch.randn(BATCH, 3, SIZE, SIZE)
        if not name.startswith("vit"):
            net = net.to(memory_format=torch.channels_last)
            x = x.contiguous(memory_format=torch.channels_last)
        x = x.to(device)
        target = F.one_hot(torch.randint(0, CLASSES, (BATCH,)), CLASSES).float().to(device)
        if OPTIMIZER == "adamw":
            optimizer = torch.optim.AdamW(net.parameters(), 1e-4, weight_decay=0.05)
        else:
            optimizer = torch.optim.SGD(net.parameters(), 1e-4, momentum=0.9, weight_decay=1e-4)
        opened = net, x, target, optimizer
    return opened


def steps(count):
    net, x, target, optimizer = open_step()
    ms = []
    for _ in range(int(count)):
        started_at = time.perf_counter()
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), target)
        loss.backward()
        optimizer.step()
        loss.item()
        ms.append((time.perf_counter() - started_at) * 1000)
    return {"ms": ms}


class Gates:
    """Stands in for relu, relu6 and max pooling: takes the gates it is given, and counts those that it would have set otherwise. Where a
    number lies within rounding of a bend, two right answers differ by a whole gradient; with the same gates only rounding is left."""

    def __init__(self, told, data):
        self.at, self.data, self.told, self.differing, self.total = 0, data, iter(told), 0, 0

    def take(self, operator, shape, dtype):
        assert next(self.told) == [operator, list(shape)]
        count = int(np.prod(shape))
        size = count * np.dtype(dtype).itemsize
        found = torch.from_numpy(np.frombuffer(self.data[self.at : self.at + size], dtype).copy()).reshape(shape)
        self.at += size
        return found

    def count(self, own, given):
        self.differing += int((own != given).sum())
        self.total += own.numel()

    def relu(self, x, inplace=False):
        given = self.take("relu", x.shape, np.uint8).bool()
        self.count(x > 0, given)
        return torch.where(given, x, torch.zeros_like(x))

    def relu6(self, x, inplace=False):
        given = self.take("clip", x.shape, np.uint8).bool()
        self.count((x > 0) & (x < 6), given)
        return torch.where(given, x, x.detach().clamp(0, 6))

    def max_pool2d(self, x, kernel, stride, padding):
        shape = [*x.shape[:2], *[(side + 2 * padding - kernel) // stride + 1 for side in x.shape[2:]]]
        return x.flatten()[self.take("maxPool", shape, np.int64)]

    def __enter__(self):
        self.before = F.relu, nn.ReLU6.forward, F.max_pool2d
        F.relu, F.max_pool2d = self.relu, self.max_pool2d
        nn.ReLU6.forward = lambda _, x: self.relu6(x)
        return self

    def __exit__(self, *_):
        F.relu, nn.ReLU6.forward, F.max_pool2d = self.before


def compute_gradients(told, parameters, batch, dtype):
    """In the order of `told`, as float64 arrays."""
    net = MAKE().train().to(dtype)
    own = dict(net.named_parameters())
    with torch.no_grad():
        at = 0
        for key, shape in told["parameters"]:
            count = int(np.prod(shape))
            own[key].copy_(torch.from_numpy(parameters[at : at + count]).reshape(shape).to(dtype))
            at += count
    n = told["batch"]
    pixels = n * 3 * SIZE * SIZE
    x = torch.from_numpy(batch[:pixels]).reshape(n, 3, SIZE, SIZE).to(dtype)
    target = torch.from_numpy(batch[pixels:]).reshape(n, CLASSES).to(dtype)
    loss = F.cross_entropy(net(x), target)
    loss.backward()
    return [own[key].grad.double().numpy().ravel() for key, _ in told["parameters"]]


def compare(found, truth):
    """Overall: |found - truth| / |truth| of all gradients as one vector. Worst: the largest difference in a tensor over its largest
    number, of tensors that are not zero but for rounding (a bias before batch norm)."""
    largest = max(np.abs(t).max() for t in truth)
    square = sum(((f - t) ** 2).sum() for f, t in zip(found, truth))
    errors = [np.abs(f - t).max() / np.abs(t).max() for f, t in zip(found, truth) if np.abs(t).max() > 1e-6 * largest]
    return {"overall": float(np.sqrt(square / sum((t**2).sum() for t in truth))), "worst": float(max(errors))}


def gradients(folder):
    def read(file):
        return np.fromfile(f"{folder}/{file}.f32", dtype=np.float32)

    told = json.load(open(f"{folder}/shapes.json"))
    parameters, batch = read("parameters"), read("batch")
    truth = compute_gradients(told, parameters, batch, torch.float64)
    flat = read("gradients").astype(np.float64)
    ours = np.split(flat, np.cumsum([t.size for t in truth])[:-1])
    result = {
        "ours": compare(ours, truth),
        "torchFloat32": compare(compute_gradients(told, parameters, batch, torch.float32), truth),
    }
    if told["gates"]:
        with Gates(told["gates"], open(f"{folder}/gates.u8", "rb").read()) as gates:
            result["oursSameGates"] = compare(ours, compute_gradients(told, parameters, batch, torch.float64))
        result["gatesDiffering"] = gates.differing / gates.total
    return result


def memory():
    return {"peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


for line in sys.stdin:
    verb, *rest = line.split()
    print(json.dumps({"steps": steps, "memory": memory, "gradients": gradients}[verb](*rest)), flush=True)
