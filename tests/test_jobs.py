"""How scripts run for Snakemake: arguments, sidecar, and one line instead of a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import pytest

from occlusionkit import jobs


class Named:
    """Snakemake's named lists."""

    def __init__(self, **values):
        self._values = values
        self.__dict__.update(values)

    def items(self):
        return self._values.items()


@pytest.fixture
def rule(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(jobs, "configure_logging", lambda path: None)
    (tmp_path / "in.txt").write_text("data")
    (tmp_path / "more.txt").write_text("data")
    return SimpleNamespace(
        rule="make_it",
        threads=3,
        log=["logs/make_it.log"],
        input=Named(source="in.txt", several=["more.txt"]),
        output=Named(made="out.txt", sidecar="out.json"),
        params=Named(factor=2, code="c0de"),
    )


def test_main_gets_paths_params_and_threads_and_the_sidecar_says_so(rule, tmp_path):
    def main(source, several, made, *, factor, threads):
        made.write_text(source.read_text() * factor + str(threads) + str(len(several)))
        return {"lines": 1, "host": {"renderer": "gl"}}

    jobs.run_job(rule, main)
    assert (tmp_path / "out.txt").read_text() == "datadata31"
    sidecar = json.loads((tmp_path / "out.json").read_text())
    assert sidecar["parameters"] == {"factor": 2} and sidecar["code"] == "c0de" and sidecar["facts"] == {"lines": 1}
    assert sidecar["host"]["renderer"] == "gl" and sidecar["host"]["threads"] == 3
    # sha256 of "data", by `printf data | sha256sum`
    digest = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"
    assert list(sidecar["inputs"].values()) == [digest, digest]


@pytest.mark.parametrize("error", [kind("in.txt: bad") for kind in (ValueError, FileNotFoundError, KeyError)])
def test_an_expected_error_is_one_line_a_nonzero_exit_and_no_sidecar(rule, tmp_path, caplog, error):
    def main(**_):
        raise error

    with pytest.raises(SystemExit) as stopped:
        jobs.run_job(rule, main)
    assert stopped.value.code == 1
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == ["make_it: in.txt: bad"]
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (KeyError("no such joint"), "no such joint"),
        (
            OSError(28, "could not write x.zip: No space left on device"),
            "could not write x.zip: No space left on device",
        ),
        (FileNotFoundError(2, "No such file or directory", "x.zip"), "[Errno 2] No such file or directory: 'x.zip'"),
        (ValueError("bad"), "bad"),
    ],
)
def test_errors_are_told_without_pythons_decoration(error, text):
    assert jobs.message_of(error) == text


def test_a_bug_of_ours_keeps_its_traceback(rule):
    def main(**_):
        raise AssertionError("ours")

    with pytest.raises(AssertionError, match="ours"):
        jobs.run_job(rule, main)


def test_caches_stay_below_the_folder_unless_the_user_chose(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", "/chosen")
    for name in ("XDG_CACHE_HOME", "WARP_CACHE_PATH", "ANNY_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    jobs.keep_caches_in(tmp_path)
    assert os.environ["MPLCONFIGDIR"] == "/chosen"
    assert os.environ["ANNY_CACHE_DIR"] == str(tmp_path / "anny")
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path)


def test_a_job_ends_when_its_workflow_is_killed(tmp_path):
    """A stand-in called snakemake starts a shell that starts a job; killing it outright must end the job."""
    job = tmp_path / "job.py"
    job.write_text(
        textwrap.dedent(
            """
            import sys, time
            from occlusionkit.jobs import end_with_workflow
            end_with_workflow(poll_s=0.05)
            print("ready", flush=True)
            time.sleep(60)
            """
        )
    )
    workflow = tmp_path / "snakemake"
    workflow.write_text(f"import subprocess; subprocess.run(['/bin/sh', '-c', 'true; {sys.executable} {job}; true'])\n")
    command = [sys.executable, str(workflow)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while _alive(str(job)) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.stdout.close()
    assert not _alive(str(job))


def _alive(word: str) -> bool:
    listed = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout
    return any(word in line and not line.startswith("Z") and "/bin/sh" not in line for line in listed.splitlines())
