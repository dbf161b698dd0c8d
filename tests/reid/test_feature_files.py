"""Features on disk: what belongs together, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.reid.feature_files import read_features, row_digests, write_features

ROWS = {
    "path": ["a/1.tif", "a/2.tif", "b/1.tif"],
    "sha256": ["00", None, "02"],
    "identity": np.array([1, 2, 1]),
    "role": ["query", "query", "gallery"],
    "occluded": np.array([True, True, False]),
    "index": np.array([1, 1, 1]),
    "camera": [None, None, None],
    "width": np.array([64, 64, 64]),
    "height": np.array([128, 128, 128]),
}
FEATURES = np.arange(1, 13, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def folder(tmp_path):
    write_features(tmp_path, FEATURES, ROWS)
    return tmp_path


def read(folder):
    return read_features(folder / "features.npy", folder / "features.parquet")


def test_what_was_written_is_read(folder):
    found = read(folder)
    np.testing.assert_array_equal(found.features, FEATURES)
    assert found.index["path"].tolist() == ROWS["path"] and found.verified
    assert found.rows_of("query").tolist() == [0, 1]


def test_a_digest_is_that_of_the_little_endian_bytes():
    # printf '\\x00\\x00\\x80\\x3f' | sha256sum, the bytes of 1.0
    assert row_digests(np.array([[1.0]], ">f4"))[0].startswith("e00e5eb9")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f[[1, 0, 2]], "2 of 3 rows have other features than the index was written for, row 0 .a/1.tif"),
        (lambda f: f[:2], "has 2 rows, .* has 3"),
        (lambda f: np.where(f == 5, np.nan, f), "1 of 3 rows have NaN or infinite features, row 1 .a/2.tif"),
        (lambda f: f * [[1], [1], [0]], "row 2 .b/1.tif. is all zeros"),
        (lambda f: f.astype(int), "expected .images, dimensions. floats, found .3, 4. int64"),
        (lambda f: f[0], "expected .images, dimensions. floats"),
    ],
)
def test_other_features_than_the_indexs_are_refused(folder, change, message):
    np.save(folder / "features.npy", change(FEATURES))
    with pytest.raises(ValueError, match=message):
        read(folder)


def test_files_that_are_no_features_are_refused(folder):
    with pytest.raises(FileNotFoundError, match=r"expected features as \.npy"):
        read_features(folder / "none.npy", folder / "features.parquet")
    np.save(folder / "objects.npy", np.array([{}]), allow_pickle=True)
    for name, content in (("objects.npy", None), ("text.npy", b"text"), ("empty.npy", b"")):
        if content is not None:
            (folder / name).write_bytes(content)
        with pytest.raises(ValueError, match=name):
            read_features(folder / name, folder / "features.parquet")


def test_features_with_nan_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="NaN"):
        write_features(tmp_path, np.full((3, 4), np.nan, np.float32), ROWS)
    assert not list(tmp_path.iterdir())


def csv_index(folder, text):
    (folder / "index.csv").write_text(text)
    return read_features(folder / "features.npy", folder / "index.csv")


def test_an_index_can_be_a_csv_without_digests_and_that_is_known(folder):
    found = csv_index(folder, "path,identity,role,camera\na,1,query,c1\nb,2,query,\nc,1,gallery,c2\n")
    assert not found.verified
    assert found.index["identity"].tolist() == [1, 2, 1]
    assert found.index["camera"].tolist() == ["c1", None, "c2"]
    assert found.index["occluded"].tolist() == [True, True, False]


def test_a_csv_with_digests_is_checked(folder):
    digests = row_digests(FEATURES)
    lines = [f"p{n},1,query,{digests[n]}" for n in (0, 1, 2)]
    assert csv_index(folder, "\n".join(["path,identity,role,feature_sha256", *lines])).verified
    with pytest.raises(ValueError, match="do not belong together"):
        csv_index(folder, "\n".join(["path,identity,role,feature_sha256", *reversed(lines)]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,role\na,query\n", "missing .'identity'."),
        ("path,identity,role,colour\na,1,query,red\n", "unknown .'colour'."),
        ("path,identity,role\na,1,query\nb,x,query\nc,1,gallery\n", "line 3, identity: expected a whole number, found"),
        ("path,identity,role\na,1,query\nb,1,query\na,1,gallery\n", "1 images are listed more than once, a first"),
        ("path,identity,role\na,1,probe\nb,1,query\nc,1,gallery\n", "expected roles query, .* found 'probe'"),
    ],
)
def test_a_wrong_csv_is_refused(folder, text, message):
    with pytest.raises(ValueError, match=message):
        csv_index(folder, text)
