"""The studio's dataset packed as upstream packs it, and taken back over a failing server to the same tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import yaml
from faulty_server import serving
from running import Run

from occlusionkit.acquire.pack import Release, pack_occlusion_person
from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import DATASETS, INDEX, RATES

pytestmark = pytest.mark.slow

NAME = "packed_person"

# What a line and a server may do without anybody noticing, one list per part, one fault per request.
OVERCOME = (["cut", "ignore-range"], ["status-503", "cut", "wrong-range", ""], ["cut", "status-500", ""], ["flip", ""])
# What is refused each time, and how the message tells it.
REFUSED = {
    "flip": "was fetched twice and {part} has md5",
    "html": "a web page titled 'Portal login' instead of the file",
    "html-as-binary": "the server's file has 3,035 bytes, expected",
    "short": "the server's file has",
    "long": "the server's file has",
}


@dataclass(frozen=True)
class Acquired:
    """Runs on one folder of results: one for each fault that is refused, then, with the server healed, the whole."""

    release: Release
    bad_part: str
    refused: dict[str, Run]
    asked_by_the_last: set[str]
    run: Run


@pytest.fixture(scope="module")
def acquired(tiny_run, snakemake, tmp_path_factory) -> Acquired:
    folder = tmp_path_factory.mktemp("acquired")
    with pytest.MonkeyPatch.context() as patch, serving() as server:
        patch.setenv("no_proxy", "127.0.0.1")
        release = pack_occlusion_person(
            tiny_run.results / "data/occlusion_person", folder / "release",
            name=NAME, volume_bytes=90_000, address=server.address,
        )  # fmt: skip
        server.files = {f"/{path.name}": path.read_bytes() for path in release.folder.iterdir()}
        *good, bad = sorted(release.parts)
        for part, faults in zip(good, OVERCOME, strict=False):
            server.faults[f"/{part}"] = list(faults)
        config = folder / "acquired.yaml"
        acquire = {"manifests": [str(release.folder)], "fetch": [NAME], "wait_s": 0.05, "retries": 3}
        config.write_text(yaml.safe_dump({"datasets": {"occlusion_person": NAME}, "acquire": acquire}))
        refused = {}
        for fault in REFUSED:
            server.faults[f"/{bad}"] = [fault]
            refused[fault] = snakemake(folder / "run", "--keep-going", "acquired", configs=(config,))
        del server.faults[f"/{bad}"]
        server.requests.clear()
        run = snakemake(folder / "run", configs=(config,))
        assert run.status == 0, run.text[-3000:]
        return Acquired(release, bad, refused, {path.removeprefix("/") for path, _ in server.requests}, run)


@pytest.fixture(scope="module")
def acquired_run(acquired) -> Run:
    return acquired.run


@pytest.mark.parametrize("fault", REFUSED)
def test_a_wrong_part_ends_with_one_message_that_names_it(acquired, fault):
    run, part = acquired.refused[fault], acquired.bad_part
    assert run.status != 0
    told = [line for line in run.text.splitlines() if line.startswith("ERROR: ")]
    assert len(told) == 1, run.text[-3000:]
    assert told[0].startswith("ERROR: download_part: ") and part in told[0]
    assert REFUSED[fault].format(part=part) in told[0]


def test_only_the_wrong_part_is_fetched_once_its_server_is_healed(acquired):
    assert len(acquired.release.parts) >= 4
    assert acquired.asked_by_the_last == {acquired.bad_part}


def test_tables_from_archives_equal_those_from_the_studio(tiny_run, acquired_run):
    table = "tables/occlusion_person/rates.parquet"
    ours, theirs = (read_table(run.results / table, RATES) for run in (tiny_run, acquired_run))
    compared = 0
    for name in ("all", "joint", "camera", "scene", "action", "subject", "split"):
        of_ours, of_theirs = (rates.take(rates["grouping"] == name) for rates in (ours, theirs))
        for column in ("group", "joints_in_image", "occluded"):
            assert of_ours[column].tolist() == of_theirs[column].tolist(), (name, column)
        compared += len(of_ours)
    assert compared > 30
    unknown = theirs.take((theirs["grouping"] == "cause") & (theirs["group"] == "unknown"))
    assert unknown["occluded"][0] == theirs.take(theirs["grouping"] == "all")["occluded"][0]


def test_the_index_agrees_to_what_the_pickles_hold(tiny_run, acquired_run):
    ours = read_table(tiny_run.results / "index/occlusion_person.parquet", INDEX)
    theirs = read_table(acquired_run.results / f"index/{NAME}.images.parquet", INDEX)
    assert ours["image"].tolist() == theirs["image"].tolist()
    assert ours["size_hw"].tolist() == theirs["size_hw"].tolist()
    np.testing.assert_array_equal(ours["visible"], theirs["visible"])
    np.testing.assert_allclose(ours["joints_3d_world"], theirs["joints_3d_world"], rtol=0, atol=1e-5)
    np.testing.assert_allclose(ours["joints_2d"], theirs["joints_2d"], rtol=0, atol=1e-3)
    assert np.isnan(theirs["gap_m"]).all()


def test_the_table_says_that_it_was_acquired_and_nothing_was_rendered(acquired_run):
    table = read_table(acquired_run.results / "tables/occlusion_person/datasets.parquet", DATASETS)
    assert table["source"][-1] == "acquired" and NAME in table["dataset"][-1]
    assert not (acquired_run.results / "captures").exists()
    assert "Rendered by the studio" not in (acquired_run.results / "report.html").read_text()
