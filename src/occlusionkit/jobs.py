"""How a script of the workflow runs: logging, caches, the sidecar, and one clear message instead of a traceback.

A script's `main` takes plain arguments named like the rule's inputs, outputs and params, so a test calls it without
Snakemake; it may return facts for the sidecar.
"""

from __future__ import annotations

import inspect
import logging
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .artifacts.sidecar import job_sidecar

# What a user's mistake, a bad file, a full disk or a lost server raises: told in one line, the traceback in the log.
# Anything else is a bug of ours and keeps its traceback.
EXPECTED_ERRORS = (ValueError, OSError, KeyError, RuntimeError)

log = logging.getLogger("occlusionkit")


def message_of(error: BaseException) -> str:
    """What an expected error says to a person: without Python's quotes around keys and numbers before reasons."""
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    if isinstance(error, OSError) and error.strerror and error.filename is None:
        return error.strerror
    return str(error)


def keep_caches_in(folder: Path) -> None:
    """Point the caches of all libraries below `folder`, unless the user chose: nothing is written to $HOME."""
    for name, sub in (
        ("XDG_CACHE_HOME", ""),
        ("MPLCONFIGDIR", "matplotlib"),
        ("MESA_SHADER_CACHE_DIR", "mesa"),
        ("WARP_CACHE_PATH", "warp"),
        ("ANNY_CACHE_DIR", "anny"),
        ("TORCH_HOME", "torch"),
        ("HF_HOME", "huggingface"),
    ):
        os.environ.setdefault(name, str((folder / sub).resolve()))


def configure_logging(path: Path | None) -> None:
    """Everything from INFO up goes to the job's log file; warnings and errors also to the terminal."""
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING if path else logging.INFO)
    terminal.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handlers: list[logging.Handler] = [terminal]
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(path, mode="w"))
        handlers[-1].setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)


def end_with_workflow(poll_s: float = 1.0) -> None:
    """End this job when the Snakemake process that started it is gone.

    A workflow killed outright does not end its jobs; left alone, they would write beside those of the next run.
    """
    workflow = next((pid for pid in _ancestors() if b"snakemake" in _command(pid)), None)
    if workflow is None:
        return
    born = _started(workflow)

    def watch() -> None:
        while _started(workflow) == born:
            time.sleep(poll_s)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-workflow", daemon=True).start()


def end_with_parent() -> None:
    """End this worker process when the one that started it is gone: a parent killed outright cannot end its workers."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def _ancestors() -> list[int]:
    found, pid = [], os.getppid()
    while pid > 1 and Path(f"/proc/{pid}/stat").exists():
        found.append(pid)
        pid = int(_status(pid)[1])
    return found


def _status(pid: int) -> list[str]:
    """/proc/<pid>/stat behind the command's name: state, parent, ...; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot: tells it from a later one of the same number."""
    status = _status(pid)
    return status[19] if len(status) > 19 and status[0] != "Z" else None


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def run_job(snakemake: Any, main: Callable[..., Mapping[str, Any] | None]) -> None:
    """Run a script's `main` for Snakemake and write its sidecar.

    main gets every named input and output as a Path (several: a list of Path), every param but `code`, and `threads`
    if it asks for it; the output named `sidecar` is written here. An expected error ends the job with one line.
    """
    configure_logging(Path(snakemake.log[0]) if snakemake.log else None)
    keep_caches_in(Path("results/.cache"))
    end_with_workflow()
    inputs = {name: _paths(value) for name, value in snakemake.input.items()}
    outputs = {name: _paths(value) for name, value in snakemake.output.items()}
    sidecar = outputs.pop("sidecar")
    parameters = {name: value for name, value in snakemake.params.items() if name != "code"}
    files = [path for value in inputs.values() for path in (value if isinstance(value, list) else [value])]
    extra = {"threads": snakemake.threads} if "threads" in inspect.signature(main).parameters else {}
    try:
        with job_sidecar(
            sidecar,
            rule=snakemake.rule,
            inputs=files,
            parameters=parameters,
            code=snakemake.params.code,
            threads=snakemake.threads,
        ) as facts:
            facts.update(main(**inputs, **outputs, **parameters, **extra) or {})
    except EXPECTED_ERRORS as error:
        log.info("where it happened:", exc_info=True)
        log.error("%s: %s", snakemake.rule, message_of(error))
        sys.exit(1)


def _paths(value: Any) -> Any:
    return Path(value) if isinstance(value, str) else [Path(one) for one in value]
