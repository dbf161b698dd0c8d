"""`occlusionkit acquire datasets`: the state of each dataset and what to do next."""

from __future__ import annotations

from occlusionkit.acquire.checksums import verify_file
from occlusionkit.acquire.manifest import read_manifest
from occlusionkit.acquire.settings import Choice, Settings
from occlusionkit.acquire.status import _needs, checks_folder, dataset_status, details, index_path, overview

FILES = {"a.zip": b"first", "b.zip": b"second"}


def test_states_follow_what_lies_on_disk(make_dataset, results):
    dataset = make_dataset(FILES, address="http://h")
    folder = results / "archives" / "toy"
    folder.mkdir(parents=True)

    def state() -> str:
        return dataset_status(dataset, Settings(), results).state

    assert state() == "absent"
    (folder / "a.zip").write_bytes(b"first")
    assert state() == "partial"
    (folder / "b.zip").write_bytes(b"second")
    assert state() == "fetched"
    for file in dataset.files:
        verify_file(dataset, file, folder / file.name, checks_folder("toy", results) / f"{file.name}.parquet")
    assert state() == "verified"
    index_path("toy", results).parent.mkdir(parents=True)
    index_path("toy", results).write_bytes(b"")
    assert state() == "ready"
    (folder / "b.zip").write_bytes(b"sec")
    assert state() == "wrong"


def test_the_next_step_is_the_one_that_is_missing(make_dataset, results, tmp_path):
    by_hand = make_dataset(FILES, source="manual", address="https://example.org/form", restricted=True)
    accepted = Settings(folder=tmp_path, datasets={"toy": Choice(accept_terms=True)})

    def next_step(dataset, settings):
        return dataset_status(dataset, settings, results).next_step

    first = next_step(by_hand, Settings(folder=tmp_path))
    assert first.startswith(
        "read https://example.org/terms; in your config set acquire: datasets: toy: accept_terms: true. Then: "
    )
    assert "2 of 2 files must be fetched by hand: a.zip, b.zip" in first and f"{tmp_path}/toy/" in first
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "a.zip").write_bytes(b"first")
    assert "1 of 2 files must be fetched by hand: b.zip" in next_step(by_hand, accepted)
    assert f"{tmp_path}/toy/" in next_step(by_hand, accepted)
    (tmp_path / "toy" / "b.zip").write_bytes(b"secon")
    assert next_step(by_hand, accepted).startswith("delete and fetch again: b.zip; b.zip has 5 bytes, expected 6")
    scripted = make_dataset(FILES, address="http://h")
    assert next_step(scripted, Settings()) == "occlusionkit acquire download toy"


def test_all_datasets_fit_one_screen_and_each_says_what_it_needs(results, tmp_path):
    settings = Settings(folder=tmp_path)
    statuses = {name: dataset_status(d, settings, results) for name, d in read_manifest().items()}
    lines = overview(statuses).splitlines()
    assert len(lines) == 22
    assert max(map(len, lines)) <= 118
    row = next(line for line in lines if line.startswith("occlusion_person "))
    assert row.split()[1:3] == ["absent", "55"]
    assert "accept its terms; fetch 55 by hand" in row
    withdrawn = next(line for line in lines if line.startswith("p_dukemtmc_reid"))
    assert withdrawn.split()[1] == "off" and "OFF" in withdrawn
    # One screen of 80 x 24 with the hint and a prompt; what is cut there is the licence.
    narrow = overview(statuses, width=80).splitlines()
    assert max(map(len, narrow)) <= 80 and len(narrow) <= 22
    for name in statuses:
        assert _needs(statuses[name]) in next(line for line in narrow if line.startswith(f"{name} "))
    assert "free for all uses" in next(line for line in lines if line.startswith("cmu_mocap"))


def test_details_name_every_problem(make_dataset, results, tmp_path):
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "a.zip").write_bytes(b"")
    text = details(dataset_status(make_dataset(FILES, address="http://h"), Settings(folder=tmp_path), results))
    assert "wrong    a.zip has 0 bytes, expected 5" in text
    assert "missing  b.zip" in text
