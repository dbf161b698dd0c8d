"""The small JSON beside every job's outputs: what went in, parameters and code, and - apart - where it ran."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .atomic import write_json
from .hashing import content_hash, file_sha256, folder_sha256

_PACKAGES = ("occlusionkit", "numpy", "torch", "opencv-python", "pyarrow", "moderngl", "embreex", "anny", "unrealcv")


@contextlib.contextmanager
def job_sidecar(
    path: Path,
    *,
    rule: str,
    inputs: Mapping[str, Path] | Sequence[Path],
    parameters: Mapping[str, Any],
    code: str,
    threads: int = 1,
) -> Iterator[dict[str, Any]]:
    """Write `path` when the job's body ends well; nothing is written when it raises.

    The hashed part holds rule, inputs (folder/name -> sha256 of the file, of a folder's files, or of a sidecar's hashed
    part), parameters, code digest and `facts`, the dictionary that is yielded for what only the job knows and another
    honest run repeats (counts, the renderer). The part under "host" (host, versions, threads, times) may differ between
    honest runs; `facts["host"]`, a dictionary, is moved there. Raises ValueError for two inputs of one folder/name.
    """
    started, cpu = time.time(), time.process_time()
    paths = inputs.values() if isinstance(inputs, Mapping) else inputs
    hashes = _input_hashes(sorted(paths))
    facts: dict[str, Any] = {"host": {}}
    yield facts
    host = {
        "host": platform.node(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "cpus_allowed": len(os.sched_getaffinity(0)),
        "threads": threads,
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "slurm_job": os.environ.get("SLURM_JOB_ID"),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "wall_s": round(time.time() - started, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
        **facts.pop("host"),
    }
    write_json(
        path,
        {
            "kind": "sidecar",
            "rule": rule,
            "inputs": hashes,
            "parameters": dict(parameters),
            "code": code,
            "facts": facts,
            "host": host,
        },
    )


def _input_hashes(paths: Sequence[Path]) -> dict[str, str]:
    hashes: dict[str, str] = {}
    for path in paths:
        name = f"{path.parent.name}/{path.name}"
        if name in hashes:
            raise ValueError(
                f"sidecar: two inputs are called {name}, the second is {path}; rename one of their folders"
            )
        if path.is_dir():
            hashes[name] = folder_sha256(path)
        else:
            # The bytes of a sidecar hold the time of day; its content does not.
            hashes[name] = content_hash(path) if path.suffix == ".json" else file_sha256(path)
    return hashes


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
