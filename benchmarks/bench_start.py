"""What a short job pays before it works: imports that it can do without.

Each way runs in a process of its own, in turn; CPU seconds, medians.    python benchmarks/bench_start.py [--repeats 5]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys

TABLE = """
import numpy as np
from pathlib import Path
import tempfile
from occlusionkit.artifacts.tables import Column, Schema, make_table, read_table, write_table
import pyarrow as pa, pyarrow.parquet as pq
schema = Schema("t", "one", ("name",), (Column("name", "string", "n"), Column("value", "float64", "v")))
columns = {"name": [str(i) for i in range(1000)], "value": np.arange(1000.0)}
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "t.parquet"
"""
OURS = "write_table(path, make_table(schema, columns)); read_table(path, schema)"
PYARROWS = (
    "pq.write_table(pa.table([pa.array(columns['name']), pa.array(columns['value'])], names=['name', 'value']), path);"
    "pq.read_table(path)"
)
INFERENCE = """
import torch
from occlusionkit.learning.devices import torch_set_up
from occlusionkit.learning.resnet import resnet
net = resnet(18, width=0.25).eval()
with torch_set_up(torch.device("cpu"), threads=1, deterministic={}), torch.inference_mode():
    net(torch.zeros(8, 3, 128, 64))
"""
PAIRS = {
    "a small table written and read: ours, pa.array and pq.read_table": (TABLE + OURS, TABLE + PYARROWS),
    "a forward pass: as our features have it, with deterministic algorithms asked for": (
        INFERENCE.format(False),
        INFERENCE.format(True),
    ),
}


def cpu_s(script: str) -> float:
    """CPU seconds, user and system, of a Python process that runs this."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", script], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    for what, scripts in PAIRS.items():
        for script in scripts:
            cpu_s(script)  # files into memory
        times = [[cpu_s(script) for script in scripts] for _ in range(repeats)]
        ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{what}: {ours:.2f} s, {theirs:.2f} s, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
