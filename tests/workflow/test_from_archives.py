"""The studio's dataset packed as upstream packs it, and taken back over a failing server to the same tables."""

from __future__ import annotations

import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import yaml

from occlusionkit.acquire.pack import pack_occlusion_person
from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import DATASETS, INDEX, RATES

pytestmark = pytest.mark.slow

NAME = "packed_person"


class HalfwayHandler(BaseHTTPRequestHandler):
    """Drops the line in the middle of each file's first answer, and ignores Range ever after."""

    folder: Path
    seen: set[str]

    def do_GET(self):
        data = (self.folder / Path(self.path).name).read_bytes()
        first = self.path not in self.seen
        self.seen.add(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if first else data)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def failing_server(tmp_path_factory):
    """A local server over an empty folder; (folder, address, paths that were asked for)."""
    folder = tmp_path_factory.mktemp("served")
    handler = type("Handler", (HalfwayHandler,), {"folder": folder, "seen": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}", handler.seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def acquired_run(tiny_run, snakemake, tmp_path_factory, failing_server):
    folder = tmp_path_factory.mktemp("acquired")
    served, address, seen = failing_server
    release = pack_occlusion_person(
        tiny_run.results / "data/occlusion_person", folder / "release", name=NAME, volume_bytes=60_000, address=address
    )
    for path in release.folder.iterdir():
        shutil.copy2(path, served / path.name)
    config = folder / "acquired.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "datasets": {"occlusion_person": NAME},
                "acquire": {"manifests": [str(release.folder)], "wait_s": 0.1},
            }
        )
    )
    run = snakemake(folder / "run", configs=(config,))
    assert run.status == 0, run.text[-3000:]
    assert len(seen) > 5, "the parts came over the wire"
    return run


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
