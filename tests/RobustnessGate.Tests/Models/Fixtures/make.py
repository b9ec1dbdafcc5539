"""Makes the TorchScript files of this folder: python3 make.py (written with PyTorch 1.13).

One network over (2, 8, 8), scripted, traced and frozen; a scripted one with BatchNorm and Dropout that was saved in training
mode; one traced in training mode, which keeps its dropout; one with two outputs; and a plain checkpoint, which is a pickle.
"""
import os
import zipfile

import torch
from torch import nn

torch.manual_seed(20261122)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 6, 3, groups=2)
        self.last = nn.Linear(24, 5)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.first(x)), 2)
        return self.last(torch.relu(self.second(x)).flatten(1))


class Regularised(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(2)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(128, 5)

    def forward(self, x):
        return self.last(self.drop(self.norm(x).flatten(1)))


class Pair(nn.Module):
    def forward(self, x):
        return x.flatten(1), x.flatten(1)


small = Small().eval()
for parameter in (small.first.weight, small.second.weight, small.last.weight):
    parameter.data.mul_(5)  # freshly initialised, the network hardly looks at its input
example = torch.rand(1, 2, 8, 8)
torch.jit.script(small).save("scripted.pt")
torch.jit.trace(small, example).save("traced.pt")
torch.jit.freeze(torch.jit.script(small)).save("frozen.pt")
torch.jit.script(Regularised().train()).save("training.pt")
torch.jit.trace(Regularised().train(), example, check_trace=False).save("traced-in-training.pt")
torch.jit.script(Pair()).save("pair.pt")
torch.save(small.state_dict(), "checkpoint.pt")

# Debug information names the files of the machine that made it, and nothing reads it: leave it out.
for name in ("scripted", "traced", "frozen", "training", "traced-in-training", "pair"):
    with zipfile.ZipFile(name + ".pt") as old, zipfile.ZipFile("bare.pt", "w") as bare:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                entry.date_time = (1980, 1, 1, 0, 0, 0)
                bare.writestr(zipfile.ZipInfo(entry.filename), old.read(entry.filename))
    os.replace("bare.pt", name + ".pt")
