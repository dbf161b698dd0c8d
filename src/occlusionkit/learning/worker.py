"""One of several processes that train together, as torchrun starts it:

torchrun --nproc-per-node N -m occlusionkit.learning.worker JOB.json
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import traceback
from datetime import timedelta
from pathlib import Path

import torch

from ..artifacts.atomic import write_json
from ..jobs import EXPECTED_ERRORS, message_of
from .devices import pick_device
from .launch import FAILURE, read_job
from .task import Part

# Longest that processes wait for one another: rank 0 validates alone, and on large sets that takes its time.
PATIENCE = timedelta(hours=6)


def main(arguments: list[str] | None = None) -> None:
    """Join the others and train. Exits with 1, and leaves one line beside the checkpoint, after an expected error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", type=Path, help="job.json, as learning.launch.write_job writes it")
    parser.add_argument("--end-with-input", action="store_true", help="end when standard input is closed")
    options = parser.parse_args(arguments)
    if options.end_with_input:
        threading.Thread(target=_end_with_input, name="end-with-input", daemon=True).start()
    job = read_job(options.job)
    part = Part(rank=int(os.environ["RANK"]), world=int(os.environ["WORLD_SIZE"]))
    local_rank = int(os.environ["LOCAL_RANK"])
    try:
        device = pick_device(job.device, local_rank=local_rank)
        if device.type == "cuda":
            torch.cuda.set_device(device)
            torch.distributed.init_process_group("nccl", timeout=PATIENCE, device_id=device)
        else:
            torch.distributed.init_process_group("gloo", timeout=PATIENCE)
        job.run(part=part, local_rank=local_rank, report=_say)
        torch.distributed.destroy_process_group()
    except EXPECTED_ERRORS as error:
        traceback.print_exc()
        _tell(job.partial / FAILURE, error)
        # Not sys.exit: threads of the others' connections would be waited for.
        sys.stderr.flush()
        os._exit(1)


def _say(line: str) -> None:
    print(line, flush=True)


def _tell(path: Path, error: Exception) -> None:
    """Leave the first error for the launcher: what other processes then say is that a partner is gone."""
    if not path.exists():
        kind = next((kind.__name__ for kind in (ValueError, OSError) if isinstance(error, kind)), "RuntimeError")
        write_json(path, {"kind": kind, "message": message_of(error)})


def _end_with_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
