"""Write which instants are captured, by which job: one row per instant."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.capture.plan import PlanSize
from occlusionkit.capture.takes import plan_table
from occlusionkit.jobs import run_job


def main(motion_files: list[Path], plan: Path, *, size: dict[str, Any], motions: dict[str, Any]) -> dict[str, Any]:
    keys = {name: tuple(value) if isinstance(value, list) else value for name, value in size.items()}
    table, left_out = plan_table(PlanSize(**keys), folder=motions["folder"], unlisted=motions["unlisted_clips"])
    write_table(plan, table)
    return {"instants": len(table), "clips_left_out": left_out}


if __name__ == "__main__":
    run_job(snakemake, main)
