"""One generated set: clean faces with pasted occluders, their visible-face masks, and a manifest."""

from pathlib import Path
from typing import Any

from occlusionkit.face.progress import progress
from occlusionkit.face.sets import make_set
from occlusionkit.face.settings_files import SetFolders, settings_from_mapping
from occlusionkit.jobs import run_job


def main(
    faces: Path,
    masks: Path,
    occluders: list[Path],
    folder: Path,
    *,
    settings: dict[str, Any],
    threads: int,
) -> dict[str, Any]:
    photos, *cutouts = occluders
    folders = SetFolders(faces, masks, photos, cutouts[0] if cutouts else None, folder)
    with progress("images") as report:
        made = make_set(
            folders,
            settings_from_mapping(settings),
            workers=threads,
            staging=Path("results/.partial/make_face_set") / folder.name,
            report=report,
        )
    return {"made": made.made, "skipped": made.skipped}


if __name__ == "__main__":
    run_job(snakemake, main)
