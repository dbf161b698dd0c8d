import pytest

from occlusionkit.skeletons import ACTIONS
from occlusionkit.studio.motions.library import CMU_ACTIONS, cmu_action, folder_motions


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


@pytest.mark.parametrize(
    ("clip", "action"),
    [
        ("11_01", "soccer"),
        ("06_02", "basketball"),
        ("06_15", "basketball"),
        ("06_16", None),
        ("78_99", "basketball"),
        ("13_17", "boxing"),
        ("13_29", "exercise"),
        ("14_03", "boxing"),
        ("14_06", "exercise"),
        ("12_04", "martial"),
        ("05_20", "dance"),
        ("60_01", "dance2"),
        ("02_01", None),
        ("walk", None),
    ],
)
def test_actions_of_cmu_clips(clip, action):
    assert cmu_action(clip) == action


def test_every_action_has_clips_and_no_clip_two_actions():
    assert tuple(CMU_ACTIONS) == ACTIONS
    seen = set()
    for subjects in CMU_ACTIONS.values():
        for subject, trials in subjects.items():
            for trial in trials or range(1, 100):
                assert (subject, trial) not in seen
                seen.add((subject, trial))


def test_flat_and_nested_folders_give_the_same_sorted_clips(tmp_path):
    make(tmp_path / "flat", "11_01.amc", "02_04.amc", "02_01.AMC", "02.asf", "11.asf", "readme.txt")
    make(tmp_path / "nested", "11/11_01.amc", "02/02_04.amc", "02/02_01.AMC", "02/02.asf", "11/11.asf")
    for layout in ("flat", "nested"):
        clips = folder_motions(tmp_path / layout)
        assert [clip.name for clip in clips] == ["02_01", "02_04", "11_01"]
        assert [clip.asf.name for clip in clips] == ["02.asf", "02.asf", "11.asf"]
        assert [clip.action for clip in clips] == [None, None, "soccer"]  # unknown ones are listed, not dropped


def test_a_folder_named_like_an_action_says_what_its_clips_are(tmp_path):
    make(tmp_path, "boxing/my_01.amc", "boxing/11_01.amc", "my.asf", "11.asf")
    assert {clip.name: clip.action for clip in folder_motions(tmp_path)} == {"my_01": "boxing", "11_01": "boxing"}


def test_an_amc_without_its_own_skeleton_is_refused_even_beside_another(tmp_path):
    make(tmp_path, "02_01.amc", "11.asf")
    with pytest.raises(FileNotFoundError, match=r"02_01\.amc: expected its skeleton 02\.asf beside it"):
        folder_motions(tmp_path)


def test_missing_folders_and_empty_folders_and_doubled_clips_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder"):
        folder_motions(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"found no \.amc"):
        folder_motions(tmp_path / "empty")
    make(tmp_path / "twice", "a/02_01.amc", "b/02_01.amc", "02.asf")
    with pytest.raises(ValueError, match="expected one clip named 02_01"):
        folder_motions(tmp_path / "twice")
