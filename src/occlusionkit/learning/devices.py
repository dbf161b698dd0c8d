"""Which device, how many threads, how exact: set for one training, put back afterwards."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator

import cv2
import torch


def pick_device(name: str, *, local_rank: int = 0) -> torch.device:
    """auto: the GPU of this process where torch sees one, else the CPU. ValueError for an absent device."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"device: expected auto, cpu or cuda, found {name!r}") from error
    if device.type not in ("cpu", "cuda"):
        raise ValueError(f"device: expected auto, cpu or cuda, found {name!r}")
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        index = local_rank if device.index is None else device.index
        if index >= count:
            raise ValueError(
                f"device: {name} number {index} was asked for, torch {torch.__version__} sees {count} GPUs; "
                "say cpu or auto, or ask for fewer processes"
            )
        device = torch.device("cuda", index)
    return device


@contextlib.contextmanager
def torch_set_up(device: torch.device, *, threads: int, deterministic: bool) -> Iterator[None]:
    """Threads (also OpenCV's), determinism and random generators of torch for the body; then all is as before.

    deterministic: forbids what does not repeat itself. To ask for it loads torch's compiler, which takes a second or
    two; forward passes on a CPU repeat themselves without.
    """
    if threads < 1:
        raise ValueError(f"threads: expected 1 or more, found {threads}")
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark
    fills = torch.utils.deterministic.fill_uninitialized_memory
    cv2_threads = cv2.getNumThreads()
    cuda = device.type == "cuda"
    if cuda and deterministic:
        # cuBLAS repeats itself only with a fixed workspace, and reads this when it is first used.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        with torch.random.fork_rng(devices=[device.index] if cuda else []):
            torch.set_num_threads(threads)
            cv2.setNumThreads(threads)
            if deterministic != before[1]:
                torch.use_deterministic_algorithms(deterministic)
            # A net for code that reads memory it never wrote, such as torch.empty's; we have none.
            torch.utils.deterministic.fill_uninitialized_memory = False
            torch.backends.cudnn.benchmark = cuda and not deterministic
            if cuda:
                torch.cuda.set_device(device)
                torch.cuda.reset_peak_memory_stats(device)
            yield
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(cv2_threads)
        if deterministic != before[1]:
            torch.use_deterministic_algorithms(before[1])
        torch.utils.deterministic.fill_uninitialized_memory = fills
        torch.backends.cudnn.benchmark = before[2]


def peak_memory_mb(device: torch.device) -> float:
    """Most memory held so far: on the GPU by tensors, else by the process."""
    if device.type == "cuda":
        held: float = torch.cuda.max_memory_allocated(device) / 1e6
    else:
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return round(held, 1)


def device_name(device: torch.device) -> str:
    return str(torch.cuda.get_device_name(device)) if device.type == "cuda" else device.type
