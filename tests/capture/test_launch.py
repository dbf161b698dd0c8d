"""Servers as processes of their own: they start, they say why not, and they end with whoever started them."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.capture.client import CameraPlace, ServerGone, UnrealClient
from occlusionkit.capture.launch import free_port, open_server, start_binary, start_embedded
from occlusionkit.capture.wire import Address


def is_running(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int, *, within_s: float = 10.0) -> bool:
    deadline_s = time.monotonic() + within_s
    while is_running(pid) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.fixture
def embedded(tmp_path):
    with start_embedded(folder=tmp_path / "files", log=tmp_path / "server.log", renderer="embree") as server:
        yield server


def test_an_embedded_server_serves_views_in_metres(embedded):
    with embedded.connect() as client:
        place = CameraPlace((-100.0, 0.0, 100.0), (0.0, 0.0, 0.0), 90.0, (48, 64))
        client.place_cameras([place, place])
        views = client.grab([0, 1], ["depth", "object_mask"])
        assert client.camera_place(1) == place
    for view in views:
        assert view.depth_m[24, 32] == pytest.approx(2.5, abs=1e-5)
        assert view.depth_m[0, 0] == 0
        assert view.instance[24, 32] == 2, "the crate is the second object"
        assert view.instance[47, 32] == 1
    assert embedded.renderer.startswith("embree")


def test_a_person_is_posed_and_read_through_the_client(embedded):
    with embedded.connect() as client:
        assert client.spawn_person("box_ann") == "box_ann"
        client.ask('vset /studio/person/box_ann/pose {"root":[100,50,100]}')
        joints = client.joints_3d_world("box_ann")
        np.testing.assert_allclose(joints[0], [1, -0.5, 1], atol=1e-15)
        client.load_room("box_room")
        assert "box_ann" not in client.object_colors()


def test_it_asks_for_its_token(embedded):
    with pytest.raises(ServerGone, match="refused the token"):
        UnrealClient(Address(port=embedded.address.port, token="guess"))
    with (
        UnrealClient(Address(port=embedded.address.port)) as client,
        pytest.raises(Exception, match="token is asked for"),
    ):
        client.ask("vget /objects")
    with embedded.connect() as client:
        assert client.ask("vget /scene/name") == "box_room"
    command_line = Path(f"/proc/{embedded.process.pid}/cmdline").read_bytes()
    environment = Path(f"/proc/{embedded.process.pid}/environ").read_bytes()
    assert embedded.address.token.encode() not in command_line + environment


def test_it_ends_with_the_block(tmp_path):
    with start_embedded(folder=tmp_path, log=tmp_path / "server.log", renderer="embree") as server:
        pid = server.process.pid
        assert is_running(pid)
    assert not is_running(pid)
    assert server.process.returncode == 0


def test_a_server_that_is_killed_is_one_clear_error_with_its_last_words(embedded, tmp_path):
    with embedded.connect() as client:
        client.ask("vget /scene/name")
        embedded.process.send_signal(signal.SIGKILL)
        began_s = time.monotonic()
        with pytest.raises(ServerGone, match=r"closed the connection .*\(it ended with code -9; .*server\.log"):
            client.ask("vget /scene/name")
        assert time.monotonic() - began_s < 3


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"room": "attic"}, r"ended with code 1.*Cannot find room 'attic'; there are: box_room"),
        ({"people": Path("nobody.npz")}, r"ended with code 1.*nobody\.npz"),
        ({"size_hw": (0, 64)}, r"ended with code 1.*expected at least 1 x 1 px, found 0 x 64"),
    ],
)
def test_a_server_that_cannot_start_says_why(tmp_path, options, complaint):
    with (
        pytest.raises(ServerGone, match=f"(?s){complaint}"),
        start_embedded(folder=tmp_path, log=tmp_path / "server.log", renderer="embree", **options),
    ):
        pass


JOB = """
    import sys, threading, time
    from pathlib import Path
    from occlusionkit.capture.launch import open_server
    folder = Path(sys.argv[1])
    with open_server(sys.argv[2], folder=folder, log=folder / "server.log", renderer="embree") as server:
        with server.connect() as client:
            print(server.process.pid, client.ask("vget /scene/name"), flush=True)
            time.sleep(60)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process of its parent's end")
def test_it_ends_even_while_somebody_else_holds_its_lifeline(tmp_path):
    """A worker that was forked off the job keeps the pipe open: then only the parent's end tells."""
    held = """
    import os, subprocess, sys
    os.set_inheritable(server.process.stdin.fileno(), True)
    worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"], close_fds=False)
    print(server.process.pid, worker.pid, flush=True)
    time.sleep(60)
    """
    start = textwrap.dedent(JOB).partition("    with server.connect()")[0]
    code = start + textwrap.indent(textwrap.dedent(held), "    ")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), "embedded"], stdout=subprocess.PIPE, text=True
    ) as job:
        pid, worker = (int(word) for word in job.stdout.readline().split())
        job.kill()
        job.wait(10)
        try:
            assert ends(pid)
            assert is_running(worker)
        finally:
            os.kill(worker, signal.SIGKILL)


@pytest.mark.parametrize("kind", ["embedded", "binary"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_no_server_outlives_its_job(tmp_path, kind, end):
    choice = "embedded" if kind == "embedded" else str(fake_game(tmp_path))
    job = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(JOB), str(tmp_path), choice], stdout=subprocess.PIPE, text=True
    )
    with job:
        pid, room = job.stdout.readline().split()
        assert room == "box_room"
        pids = [int(pid), *(int(line) for line in pids_of(tmp_path))]
        assert len(pids) == (1 if kind == "embedded" else 3), "the guard, the script and the game"
        assert all(is_running(pid) for pid in pids)
        job.send_signal(end)
        job.wait(10)
    assert all(ends(pid) for pid in pids)


def test_a_server_is_not_ended_by_the_end_of_the_thread_that_started_it(tmp_path):
    """Linux tells a child of the end of its parent's thread: that must not be taken for the parent's."""
    import threading

    started = []

    def start() -> None:
        context = start_embedded(folder=tmp_path, log=tmp_path / "server.log", renderer="embree")
        started.append((context, context.__enter__()))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    ((context, server),) = started
    try:
        time.sleep(0.2)
        with server.connect() as client:
            assert client.ask("vget /scene/name") == "box_room"
    finally:
        context.__exit__(None, None, None)


def fake_game(folder: Path) -> Path:
    """What a packaged project looks like: a script that starts the program, which listens where -cvport= says."""
    program = folder / "Game.sh"
    program.write_text(
        textwrap.dedent(f"""\
        #!/bin/sh
        for argument in "$@"; do case "$argument" in -cvport=*) port="${{argument#-cvport=}}";; esac; done
        echo $$ >> {folder}/pids
        {sys.executable} -m occlusionkit.studio.server --renderer embree --folder {folder} --port "$port" &
        echo $! >> {folder}/pids
        echo the game says hello
        wait
        """)
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def pids_of(folder: Path) -> list[str]:
    path = folder / "pids"
    return path.read_text().split() if path.exists() else []


def test_a_game_is_started_on_a_free_port_and_ended_with_its_children(tmp_path):
    with start_binary(fake_game(tmp_path), log=tmp_path / "game.log") as server:
        with server.connect() as client:
            assert client.ask("vget /scene/name") == "box_room"
        pids = [int(line) for line in pids_of(tmp_path)]
        assert len(pids) == 2
    assert all(ends(pid, within_s=1.0) for pid in pids)
    assert "the game says hello" in (tmp_path / "game.log").read_text()


def test_a_game_that_ends_at_once_or_is_none_says_so(tmp_path):
    program = tmp_path / "Game.sh"
    program.write_text("#!/bin/sh\necho no display; exit 3\n")
    with (
        pytest.raises(ValueError, match=r"expected a program, found .*Game\.sh"),
        start_binary(program, log=tmp_path / "log"),
    ):
        pass
    program.chmod(0o700)
    with (
        pytest.raises(ServerGone, match=r"(?s)ended before it listened .*ended with code 3; .*no display"),
        start_binary(program, log=tmp_path / "log"),
    ):
        pass


def test_a_running_server_is_used_and_left_running(embedded, tmp_path):
    choice = f"127.0.0.1:{embedded.address.port}"
    with open_server(choice, folder=tmp_path, log=tmp_path / "log") as server:
        assert server.address == Address(port=embedded.address.port)
    assert is_running(embedded.process.pid)


@pytest.mark.parametrize("choice", ["", "embeded", "127.0.0.1:0", "127.0.0.1:99999", "no/such/Game.sh", "host:port"])
def test_a_choice_that_is_none_says_what_may_be_chosen(tmp_path, choice):
    with (
        pytest.raises(ValueError, match=r"capture\.server: expected"),
        open_server(choice, folder=tmp_path, log=tmp_path / "log"),
    ):
        pass


def test_a_port_in_use_stops_the_command_with_one_line(embedded, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "occlusionkit.studio.server",
            "--port",
            str(embedded.address.port),
            "--folder",
            str(tmp_path),
            "--renderer",
            "embree",
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "is in use: end what listens there, choose another port, or 0 for a free one" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_the_ready_line_tells_where_and_what(tmp_path):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "occlusionkit.studio.server",
        "--port",
        str(port),
        "--folder",
        str(tmp_path),
        "--renderer",
        "embree",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        facts = json.loads(process.stdout.readline())
        assert facts["port"] == port
        assert facts["pid"] == process.pid != os.getpid()
        process.terminate()
        assert process.wait(10) == 0
