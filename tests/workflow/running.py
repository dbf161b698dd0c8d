"""Runs of the whole workflow on the tests' tiny config, each in a folder of its own.

What is costly and the same for all (people, light) is made once and taken from Snakemake's between-workflow cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TINY = PROJECT / "workflow/configs/test.yaml"


@dataclass(frozen=True)
class Run:
    """A finished Snakemake process: where it ran, its exit status, and everything it printed."""

    folder: Path
    status: int
    text: str

    @property
    def results(self) -> Path:
        return self.folder / "results"


def snakemake_command(
    folder: Path, *arguments: str, project: Path = PROJECT, configs: tuple[Path, ...] = ()
) -> list[str]:
    files = [str(path) for path in (project / "config.yaml", TINY, *configs)]
    base = ["--snakefile", str(project / "workflow/Snakefile"), "--directory", str(folder), "--configfile", *files]
    return [sys.executable, "-m", "snakemake", "--cores", "2", "--cache", *base, *arguments]


def environment(project: Path = PROJECT) -> dict[str, str]:
    cache = PROJECT / "results/.cache"
    shared = cache / "test-outputs"
    shared.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "SNAKEMAKE_OUTPUT_CACHE": str(shared),
        "XDG_CACHE_HOME": str(cache),
        "ANNY_CACHE_DIR": str(cache / "anny"),
        "WARP_CACHE_PATH": str(cache / "warp"),
        "PYTHONPATH": str(project / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run_snakemake(folder: Path, *arguments: str, project: Path = PROJECT, configs: tuple[Path, ...] = ()) -> Run:
    """Run the workflow to its end in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        snakemake_command(folder, *arguments, project=project, configs=configs),
        capture_output=True,
        text=True,
        env=environment(project),
        cwd=folder,
        timeout=900,
        check=False,
    )
    return Run(folder, done.returncode, done.stdout + done.stderr)
