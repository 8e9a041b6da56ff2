"""The Retina U-Net of `Sources/Detector` in PyTorch: network, anchors, ATSS, sampling and losses, vectorised as one would write it."""
import math

import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """Convolution, normalisation, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, norm=None, relu=False):
        super().__init__()
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, [(k - 1) // 2 for k in kernel], bias=norm is None)
        self.norm = norm(outputs) if norm else nn.Identity()
        self.relu = nn.ReLU(inplace=True) if relu else nn.Identity()

    def forward(self, x):
        return self.relu(self.norm(self.conv(x)))


def instance_norm(channels):
    return nn.InstanceNorm3d(channels, eps=1e-5, affine=True)


def group_norm(channels):
    return nn.GroupNorm(max(1, channels // 16), channels, eps=1e-5)


class RetinaUNet(nn.Module):
    def __init__(self, example):
        super().__init__()
        kernels, strides, levels = example["kernels"], example["strides"], example["levels"]
        start, fpn, head, classes = example["start"], example["fpn"], example["head"], example["classes"]
        widths = [min(start * 2**i, 10 * start) for i in range(len(kernels))]
        inputs = [example["modalities"]] + widths[:-1]
        self.encoder = nn.ModuleList(
            nn.Sequential(
                Unit(inputs[i], widths[i], k, strides[i - 1] if i else 1, instance_norm, True),
                Unit(widths[i], widths[i], k, 1, instance_norm, True),
            )
            for i, k in enumerate(kernels)
        )
        outputs = [fpn] * len(kernels)
        for level in range(levels[0] - 1, -1, -1):
            outputs[level] = max(8, outputs[level + 1] // 2)
        self.lateral = nn.ModuleList(Unit(w, o, (1, 1, 1)) for w, o in zip(widths, outputs))
        self.out = nn.ModuleList(Unit(o, o, k) for o, k in zip(outputs, kernels))
        self.up = nn.ModuleList(nn.ConvTranspose3d(outputs[i + 1], outputs[i], s, s) for i, s in enumerate(strides))

        def tower(last):
            three = (3, 3, 3)
            return nn.Sequential(
                Unit(fpn, head, three, 1, group_norm, True), Unit(head, head, three, 1, group_norm, True), Unit(head, last, three))

        self.classifier, self.regressor = tower(27 * classes), tower(27 * 6)
        for module in [*self.classifier.modules(), *self.regressor.modules()]:
            if isinstance(module, nn.Conv3d):
                nn.init.normal_(module.weight, 0, 0.01)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.constant_(self.classifier[-1].conv.bias, -math.log(0.99 / 0.01))
        self.scales = nn.ParameterList(nn.Parameter(torch.tensor(1.0)) for _ in levels)
        self.segmenter = Unit(outputs[0], 2, (1, 1, 1))
        self.levels, self.classes = levels, classes

    def forward(self, x):
        maps = []
        for stage in self.encoder:
            x = stage(x)
            maps.append(x)
        sums = [self.lateral[-1](maps[-1])]
        for level in range(len(maps) - 2, -1, -1):
            sums.append(self.lateral[level](maps[level]) + self.up[level](sums[-1]))
        decoded = [out(s) for out, s in zip(self.out, reversed(sums))]
        heads = [decoded[level] for level in self.levels]

        def rows(y, width):
            return y.permute(0, 2, 3, 4, 1).reshape(y.shape[0], -1, width)

        logits = torch.cat([rows(self.classifier(y), self.classes) for y in heads], 1)
        deltas = torch.cat([rows(self.regressor(y), 6) * s for y, s in zip(heads, self.scales)], 1)
        return logits, deltas, self.segmenter(decoded[0]), [y.shape[2:] for y in heads]


def make_anchors(shape, maps, sizes):
    """Boxes (x1, y1, x2, y2, z1, z2) of all levels, and how many each level has."""
    boxes = []
    for grid, edges in zip(maps, sizes):
        stride = [s // g for s, g in zip(shape, grid)]
        half = torch.cartesian_prod(*[torch.tensor(edges) / 2] * 3)
        cell = torch.stack([-half[:, 0], -half[:, 1], half[:, 0], half[:, 1], -half[:, 2], half[:, 2]], 1)
        place = torch.cartesian_prod(*[torch.arange(g, dtype=torch.float32) * s for g, s in zip(grid, stride)])
        shift = place[:, [0, 1, 0, 1, 2, 2]]
        boxes.append((shift[:, None] + cell[None]).reshape(-1, 6))
    return torch.cat(boxes), [len(b) for b in boxes]


def volumes(b):
    return (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) * (b[:, 5] - b[:, 4])


def pairwise_iou(a, b):
    def overlap(low, high):
        return (torch.min(a[:, None, high], b[None, :, high]) - torch.max(a[:, None, low], b[None, :, low])).clamp(min=0)

    both = overlap(0, 2) * overlap(1, 3) * overlap(4, 5)
    return both / (volumes(a)[:, None] + volumes(b)[None] - both)


def centers(b):
    return torch.stack([(b[:, 0] + b[:, 2]) / 2, (b[:, 1] + b[:, 3]) / 2, (b[:, 4] + b[:, 5]) / 2], 1)


def atss(boxes, anchors, per_level, candidates=4):
    """Index of the object of each anchor, -1 for none."""
    distance = (centers(boxes)[:, None] - centers(anchors)[None]).norm(dim=2)
    chosen, start = [], 0
    for count in per_level:
        nearest = distance[:, start : start + count].topk(min(candidates * 27, count), dim=1, largest=False)[1]
        chosen.append(nearest + start)
        start += count
    chosen = torch.cat(chosen, 1)
    overlaps = pairwise_iou(boxes, anchors)
    of_chosen = overlaps.gather(1, chosen)
    threshold = of_chosen.mean(1, keepdim=True) + of_chosen.std(1, keepdim=True)
    matrix = torch.full_like(overlaps, -1)
    matrix.scatter_(1, chosen, torch.where((of_chosen >= threshold) & (of_chosen > 0), of_chosen, -1.0))
    best, matches = matrix.max(0)
    matches[best < 0] = -1
    return matches


def decode(deltas, anchors):
    width = torch.stack([anchors[:, 2] - anchors[:, 0], anchors[:, 3] - anchors[:, 1], anchors[:, 5] - anchors[:, 4]], 1)
    middle = centers(anchors)
    limit = math.log(1000 / 16)
    center = deltas[:, [0, 1, 4]] * width + middle
    half = deltas[:, [2, 3, 5]].clamp(max=limit).exp() * width / 2
    low, high = center - half, center + half
    return torch.stack([low[:, 0], low[:, 1], high[:, 0], high[:, 1], low[:, 2], high[:, 2]], 1)


def giou(a, b):
    def overlap(low, high):
        return (torch.min(a[:, high], b[:, high]) - torch.max(a[:, low], b[:, low])).clamp(min=0)

    def hull(low, high):
        return torch.max(a[:, high], b[:, high]) - torch.min(a[:, low], b[:, low])

    both = overlap(0, 2) * overlap(1, 3) * overlap(4, 5)
    union = volumes(a) + volumes(b) - both
    around = hull(0, 2) * hull(1, 3) * hull(4, 5) + 1e-7
    return both / union - (around - union) / around


class Step:
    """A training step as the benchmark's Swift side does it."""

    def __init__(self, example, half=None, device="cpu"):
        """`half`: the data type of convolutions, None for float32. Tensors are made on torch's default device, which `device` is."""
        torch.manual_seed(0)
        self.example, self.half, self.device = example, half, device
        self.network = RetinaUNet(example)
        self.scaler = torch.amp.GradScaler(device) if half == torch.float16 else None
        norms = (nn.InstanceNorm3d, nn.GroupNorm)
        still = [p for m in self.network.modules() if isinstance(m, norms) for p in m.parameters(recurse=False)]
        known = {id(p) for p in still}
        decaying = [p for p in self.network.parameters() if id(p) not in known]
        groups = [{"params": decaying, "weight_decay": 3e-5}, {"params": still, "weight_decay": 0}]
        self.optimiser = torch.optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True)
        self.anchors = None

    def losses(self, images, boxes, classes, target):
        with torch.autocast(self.device, self.half or torch.bfloat16, enabled=self.half is not None):
            logits, deltas, segmentation, maps = self.network(images)
        if self.anchors is None:
            self.anchors, self.per_level = make_anchors(images.shape[2:], maps, self.example["anchors"])
        anchors = self.anchors
        with torch.no_grad():
            matches = torch.cat([atss(b, anchors, self.per_level) for b in boxes])
            positives = (matches >= 0).nonzero()[:, 0]
            negatives = (matches < 0).nonzero()[:, 0]
            count = min(len(positives), int(32 * len(boxes) * 0.33))
            positives = positives[torch.randperm(len(positives))[:count]]
            wanted = min(len(negatives), max(int(max(1, count) * abs(1 - 1 / 0.33)), 1))
            flat = logits.detach().float().reshape(-1, self.example["classes"])
            hardest = flat[negatives].sigmoid().max(1)[0].topk(min(len(negatives), wanted * 20))[1]
            negatives = negatives[hardest[torch.randperm(len(hardest))[:wanted]]]
            image = positives // len(anchors)
            objects = torch.stack([boxes[i][m] for i, m in zip(image.tolist(), matches[positives].tolist())])
            labels = torch.stack([classes[i][m] for i, m in zip(image.tolist(), matches[positives].tolist())])
        logits = logits.reshape(-1, self.example["classes"]).float()
        deltas = deltas.reshape(-1, 6)
        truth = torch.zeros(len(positives) + len(negatives), self.example["classes"])
        truth[torch.arange(len(positives)), labels] = 1
        cls = F.binary_cross_entropy_with_logits(logits[torch.cat([positives, negatives])], truth)
        decoded = decode(deltas[positives].float(), anchors[positives % len(anchors)])
        reg = (1 - giou(decoded, objects)).sum() / max(1, len(positives))
        segmentation = segmentation.float()
        foreground = (target > 0).long()
        ce = 0.5 * F.cross_entropy(segmentation, foreground)
        probability = segmentation.softmax(1)[:, 1]
        both = (probability * foreground).sum()
        dice = 0.5 * (1 - (2 * both + 1e-5) / (probability.sum() + foreground.sum() + 1e-5))
        return cls + reg + ce + dice

    def __call__(self, images, boxes, classes, target):
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.losses(images, boxes, classes, target)
        if self.scaler:
            self.scaler.scale(loss).backward()
            self.scaler.step(self.optimiser)
            self.scaler.update()
        else:
            loss.backward()
            self.optimiser.step()
        return loss.item()

    def network_alone(self, images):
        """Forward and backward pass of the sum of all outputs."""
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast(self.device, self.half or torch.bfloat16, enabled=self.half is not None):
            logits, deltas, segmentation, _ = self.network(images)
        (logits.float().mean() + deltas.float().mean() + segmentation.float().mean()).backward()
