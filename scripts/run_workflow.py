"""What `make run` calls: unlock a killed run where that is safe, run Snakemake, say where the results are."""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

SNAKEMAKE = [sys.executable, "-m", "snakemake"]
OWNER = Path("results/.partial/owner")
RESULTS = Path("results")
# The table that says most, by the folder of a system's results.
MAIN_TABLES = {"occlusion_person": "datasets.md", "face": "results.md", "reid": "results.md"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", required=True)
    parser.add_argument("--configfile", action="append", default=[])
    parser.add_argument("--target", default="all")
    options = parser.parse_args()
    if is_locked() and not unlock():
        return 1
    OWNER.parent.mkdir(parents=True, exist_ok=True)
    OWNER.write_text(f"{socket.gethostname()}\n")
    configs = ["--configfile", *options.configfile] if options.configfile else []
    done = subprocess.run(
        [*SNAKEMAKE, "--quiet", "rules", "--cores", options.cores, *configs, "--", options.target], check=False
    ).returncode
    if done:
        print("\nThe run stopped; the first ERROR line above says why. Details: results/logs/", file=sys.stderr)
        return done
    if options.target == "all":
        print_summary()
    print("report   results/report.html")
    return 0


def print_summary() -> None:
    """The dataset's table, and where those of all systems that ran are."""
    inputs = json.loads((RESULTS / "report.json").read_text())["inputs"]
    ran = {name.split("/")[0] for name in inputs}
    tables = {system: RESULTS / "tables" / system / name for system, name in MAIN_TABLES.items() if system in ran}
    if "occlusion_person" in tables:
        print(f"\n{tables['occlusion_person'].read_text()}", end="")
    print("\ntables  ", "\n         ".join(map(str, tables.values())))
    print(f"data     {RESULTS}/data/\nfigures  {RESULTS}/figures/")


def is_locked() -> bool:
    """Whether a Snakemake run owns this folder, or one that was killed did."""
    return any(Path(".snakemake/locks").glob("*.lock"))


def unlock() -> bool:
    """Release the lock of a killed run, only where no live process can own it: same host, no Snakemake here."""
    here = Path.cwd().resolve()
    command = " ".join(["snakemake", "--unlock"])
    owner = OWNER.read_text().strip() if OWNER.is_file() else "unknown"
    if owner != socket.gethostname():
        print(f"This folder is locked by a run on host {owner}. If it is no longer alive: {command}", file=sys.stderr)
        return False
    alive = snakemakes_in(here)
    if alive:
        print(
            f"Snakemake is running in this folder (process {alive[0]}). Wait for it, or end it first.", file=sys.stderr
        )
        return False
    print("A run in this folder was killed; releasing its lock and going on where it stopped.")
    return subprocess.run([*SNAKEMAKE, "--unlock", "--quiet"], check=False).returncode == 0


def snakemakes_in(folder: Path) -> list[int]:
    """Process ids of Snakemake processes whose working directory is `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")[:4]
            called = any(Path(os.fsdecode(word)).name == "snakemake" for word in words)
            if called and (process / "cwd").resolve() == folder:
                found.append(int(process.name))
        except OSError:
            continue  # it ended while we looked, or is another user's
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main())
