"""What PyTorch takes for what Weft is compared with on a GPU, as JSON on standard output: SimpleNet's training step
(784-128-10, SGD) eager, by torch.compile and as a CUDA graph; sgemm; Adam's update; a copy. Medians over rounds, each of
which enqueues its calls and then waits once, as Weft's own benchmark does. Nothing is rounded to TF32.

    python3 torch_step.py [--batch 128] [--quick] >torch.json
"""

import argparse
import json
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError as e:
    sys.exit(f"torch_step: {e}")

STEPS = 20
LR = 0.01


def micros(call, calls, rounds):
    """The median over rounds of one call's time."""
    for _ in range(max(3, rounds // 3)):
        call()
    torch.cuda.synchronize()
    samples = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        torch.cuda.synchronize()
        samples.append((time.perf_counter() - start) / calls * 1e6)
    return statistics.median(samples)


class Training:
    def __init__(self, batch):
        torch.manual_seed(1)
        self.model = torch.nn.Sequential(
            torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
        ).cuda()
        self.sgd = torch.optim.SGD(self.model.parameters(), lr=LR)
        self.x = torch.randn(batch, 784, device="cuda")
        self.target = torch.randint(0, 10, (batch,), device="cuda")

    def loss(self):
        return F.cross_entropy(self.model(self.x), self.target)

    def step(self):
        self.sgd.zero_grad(set_to_none=True)
        self.loss().backward()
        self.sgd.step()


def eager(batch, rounds):
    return micros(Training(batch).step, STEPS, rounds)


def compiled(batch, rounds):
    training = Training(batch)
    loss = torch.compile(training.loss)
    update = torch.compile(training.sgd.step)

    def step():
        training.sgd.zero_grad(set_to_none=True)
        loss().backward()
        update()

    return micros(step, STEPS, rounds)


def graphed(batch, rounds):
    """As PyTorch's documentation captures a whole training step."""
    training = Training(batch)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            training.step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    training.sgd.zero_grad(set_to_none=True)
    with torch.cuda.graph(graph):
        training.loss().backward()
        training.sgd.step()
    first = training.loss().item()
    value = micros(graph.replay, STEPS, rounds)
    last = training.loss().item()
    if not last < first:
        raise RuntimeError(f"the replayed steps took the loss from {first} to {last}")
    return value


def sgemm(size, rounds):
    a = torch.randn(size, size, device="cuda")
    b = torch.randn(size, size, device="cuda")
    c = torch.empty(size, size, device="cuda")
    return micros(lambda: torch.mm(a, b, out=c), 3, rounds)


def adam(elements, rounds):
    p = torch.randn(elements, device="cuda", requires_grad=True)
    p.grad = torch.randn(elements, device="cuda")
    update = torch.optim.Adam([p], lr=1e-3, fused=True)
    return micros(update.step, 3, rounds)


def copy(elements, rounds):
    a = torch.randn(elements, device="cuda")
    b = torch.empty(elements, device="cuda")
    return micros(lambda: b.copy_(a), 3, rounds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("torch_step: PyTorch finds no GPU")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    rounds = 3 if options.quick else 31
    size = 256 if options.quick else 4096
    elements = 1 << 16 if options.quick else 97657 << 10
    measured = {
        "training step, eager": lambda: eager(options.batch, rounds),
        "training step, torch.compile": lambda: compiled(options.batch, rounds),
        "training step, CUDA graph": lambda: graphed(options.batch, rounds),
        f"sgemm {size}": lambda: sgemm(size, rounds),
        f"Adam's update, {elements} elements, fused": lambda: adam(elements, rounds),
        f"copy, {elements} elements": lambda: copy(elements, rounds),
    }
    figures = []
    for what, measure in measured.items():
        try:
            figures.append({"what": what, "micros": measure()})
        except Exception as e:  # what this PyTorch cannot do is told beside what it can
            figures.append({"what": what, "failed": f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"})
    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "cuda": torch.version.cuda,
                "device": torch.cuda.get_device_name(),
                "batch": options.batch,
                "figures": figures,
            },
            indent=2,
        )
    )


main()
