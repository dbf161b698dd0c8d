"""What an edit reruns, seen in dry runs on a copy of the project."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from running import PROJECT, Run, run_snakemake

pytestmark = pytest.mark.slow


def planned(run: Run) -> dict[str, int]:
    """Rule -> jobs, from a dry run's table."""
    assert run.status == 0, run.text[-3000:]
    if "Nothing to be done" in run.text:
        return {}
    rows = re.findall(r"^(\w+)\s+(\d+)$", run.text, flags=re.MULTILINE)
    return {rule: int(count) for rule, count in rows if rule not in ("total",)}


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the project and a whole run of it."""
    project = tmp_path_factory.mktemp("copy") / "project"
    listed = ["git", "ls-files", "-co", "--exclude-standard"]
    files = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True)
    for name in files.stdout.split("\n"):
        if name and (PROJECT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, project / name)
    folder = project.parent / "run"
    whole = run_snakemake(folder, project=project)
    assert whole.status == 0, whole.text[-3000:]
    return project, folder


LABELLING = {"label_occlusion": 2, "index_dataset": 1, "write_annotations": 1, "build_tables": 1, "draw_figures": 1}
RENDERING = {"bake_people", "bake_light", "plan_capture", "capture_shard", "pack_images", "pack_depth"}


def check_labelling_only(plan: dict[str, int]) -> None:
    assert {rule: plan.get(rule) for rule in LABELLING} == LABELLING
    assert not RENDERING & set(plan)


def test_forcing_the_labels_plans_no_rendering(copied):
    project, folder = copied
    check_labelling_only(planned(run_snakemake(folder, "-n", "--forcerun", "label_occlusion", project=project)))


def test_a_changed_statement_in_the_labelling_module_plans_the_same(copied):
    project, folder = copied
    module = project / "src/occlusionkit/occlusion/labels.py"
    before = module.read_text()
    module.write_text(before + "\nANOTHER_NUMBER = 1\n")
    try:
        check_labelling_only(planned(run_snakemake(folder, "-n", project=project)))
    finally:
        module.write_text(before)
    assert planned(run_snakemake(folder, "-n", project=project)) == {}


def test_a_changed_comment_reruns_nothing(copied):
    project, folder = copied
    module = project / "src/occlusionkit/occlusion/labels.py"
    before = module.read_text()
    module.write_text(before.replace('"""', '"""Said otherwise. ', 1) + "\n# a remark\n")
    try:
        assert planned(run_snakemake(folder, "-n", project=project)) == {}
    finally:
        module.write_text(before)


def test_a_change_in_the_tables_reruns_no_label(copied):
    project, folder = copied
    module = project / "src/occlusionkit/tables/datasets.py"
    before = module.read_text()
    module.write_text(before + "\nANOTHER_NUMBER = 1\n")
    try:
        plan = planned(run_snakemake(folder, "-n", project=project))
    finally:
        module.write_text(before)
    assert "build_tables" in plan and "label_occlusion" not in plan


def test_another_threshold_renders_nothing(copied, tmp_path):
    project, folder = copied
    config = tmp_path / "stricter.yaml"
    config.write_text("label: {threshold_m: 0.2}")
    check_labelling_only(planned(run_snakemake(folder, "-n", project=project, configs=(config,))))


def test_the_full_size_run_is_planned_within_two_thousand_jobs(tmp_path):
    folder = tmp_path / "paper"
    run = run_snakemake(folder, "-n", "--quiet", "rules", configs=(PROJECT / "workflow/configs/paper.yaml",))
    plan = planned(run)
    assert plan["capture_shard"] == 73
    assert sum(plan.values()) < 2000
    assert "73,000 instants x 8 cameras" in run.text


def test_the_gpu_run_trains_every_method_on_every_split_and_says_nothing_of_multiview(tmp_path):
    run = run_snakemake(tmp_path / "gpu", "-n", "--quiet", "rules", configs=(PROJECT / "workflow/configs/gpu.yaml",))
    plan = planned(run)
    # Three seeds of nine methods on ten half splits, and of eight on whole-body images: mtl needs occluded ones.
    assert plan["train_reid"] == 3 * (9 * 10 + 8)
    assert plan["extract_reid_features"] == 9 * 10 + 8
    # Three networks, nine training sets, three runs.
    assert plan["train_face"] == plan["evaluate_face"] == 3 * 9 * 3
    assert "capture_shard" not in plan and "instants x" not in run.text
