"""Kill the workflow or its jobs at random moments, run again, and compare with an undisturbed run.

    python tests/workflow/killing.py [--kills 20] [--seed 1]

Prints each kill and, at the end, whether the contents are equal; exits 1 when they are not or a process stayed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from running import environment, run_snakemake, snakemake_command

from occlusionkit.audit.hashes import Entry, compare_hashes, hash_results

# A job looks every second whether its workflow lives, a server ends with its job.
GRACE_S = 15.0


def processes_of(folder: Path) -> dict[int, str]:
    """Processes that work in `folder` or name it in their command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
            inside = (process / "cwd").resolve() == folder or str(folder) in command
            if inside and state != "Z" and int(process.name) != os.getpid():
                found[int(process.name)] = command
        except OSError:
            continue
    return found


def kill_once(folder: Path, rng: random.Random, longest_s: float) -> str:
    """Start the workflow, wait, kill something of it outright; says what. Waits until all of it is gone."""
    process = subprocess.Popen(
        snakemake_command(folder), cwd=folder, env=environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    waited_s = rng.uniform(1.5, longest_s)
    try:
        process.wait(timeout=waited_s)
        return f"ended by itself with {process.returncode} before {waited_s:.1f} s"
    except subprocess.TimeoutExpired:
        pass
    what = rng.choice(["workflow", "one of its jobs", "everything"])
    if what == "workflow":
        process.kill()
    elif what == "everything":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        jobs = sorted(pid for pid, command in processes_of(folder).items() if ".snakemake/scripts/" in command)
        for pid in jobs[:1] or [process.pid]:
            os.kill(pid, signal.SIGKILL)
    process.wait(timeout=300)
    deadline = time.monotonic() + GRACE_S
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.3)
    if left:
        raise RuntimeError(f"after {GRACE_S} s these stayed: {left}")
    return f"{what} after {waited_s:.1f} s"


def kill_and_compare(
    work: Path, *, kills: int, seed: int, expected: dict[str, Entry], longest_s: float = 25.0
) -> list[str]:
    """Kill `kills` times in a folder of its own, then run to the end. Returns what differs from `expected`."""
    folder = work / "killed"
    folder.mkdir()
    rng = random.Random(seed)
    for number in range(kills):
        said = kill_once(folder, rng, longest_s)
        print(f"kill {number + 1}: {said}", flush=True)
        if said.startswith("ended by itself with 0"):
            # All is made: start over, or the next kill would meet nothing to do.
            shutil.rmtree(folder / "results")
        run_snakemake(folder, "--unlock")
    final = run_snakemake(folder)
    if final.status != 0:
        raise RuntimeError(final.text[-3000:])
    difference = compare_hashes(expected, hash_results(folder / "results"))
    return [*difference.missing, *difference.altered, *difference.extra]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        undisturbed = run_snakemake(work / "undisturbed")
        if undisturbed.status != 0:
            print(undisturbed.text[-3000:])
            return 1
        expected = hash_results(undisturbed.results)
        differing = kill_and_compare(work, kills=options.kills, seed=options.seed, expected=expected)
        print(f"{options.kills} kills; {len(expected)} artifacts; differing: {differing or 'none'}")
        return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
