"""Put tables and figures of all systems that ran into one self-contained HTML file."""

import json
from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import DATASETS, RATES
from occlusionkit.face.schemas import FACE_RESULTS
from occlusionkit.jobs import run_job
from occlusionkit.reid.schemas import DIFFERENCES, OCCLUSION_HEAD, PAPER_LAYOUT, RESULTS, SINGLE_QUERY
from occlusionkit.tables.report import OcclusionPerson, build_report
from occlusionkit.tables.report_parts import face_section, occlusion_person_pictures, reid_section


def main(report: Path, *, settings: dict[str, Any], **inputs: Any) -> None:
    sections = []
    if face := _of("face", inputs):
        sections.append(face_section(read_table(face.pop("results"), FACE_RESULTS), face))
    if reid := _of("reid", inputs):
        tables = {
            "results": RESULTS,
            "differences": DIFFERENCES,
            "ablation": PAPER_LAYOUT,
            "single_query": SINGLE_QUERY,
            "head": OCCLUSION_HEAD,
        }
        read = {name: read_table(reid.pop(name), schema) for name, schema in tables.items()}
        sections.append(reid_section(**read, figures=reid))
    build_report(report, occlusion_person=_occlusion_person(_of("multiview", inputs), settings), sections=sections)


def _of(system: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of one system, without its name before them; none where it was not run."""
    return {name.removeprefix(f"{system}_"): path for name, path in inputs.items() if name.startswith(f"{system}_")}


def _occlusion_person(files: dict[str, Any], settings: dict[str, Any]) -> OcclusionPerson | None:
    if not files:
        return None
    sidecars = [json.loads(path.read_text()) for path in files.pop("capture")]
    ran = {
        "renderer": sorted({str(one["host"].get("renderer", "not recorded")) for one in sidecars}),
        "capture code": sorted({one["code"] for one in sidecars}),
        "python": sorted({one["host"]["python"] for one in sidecars}),
        **{
            name: sorted({one["host"]["packages"].get(name, "-") for one in sidecars}) for name in ("numpy", "unrealcv")
        },
    }
    return OcclusionPerson(
        datasets=read_table(files.pop("datasets"), DATASETS),
        rates=read_table(files.pop("rates"), RATES),
        pictures=occlusion_person_pictures(files),
        settings=settings,
        provenance={name: ", ".join(values) for name, values in ran.items()},
    )


if __name__ == "__main__":
    run_job(snakemake, main)
