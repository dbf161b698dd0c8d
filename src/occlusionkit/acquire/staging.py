"""A folder that an archive grows into: only whole, checked members get their names in it; then it moves as one.

<staging>/tree/...     members whose bytes were checked
<staging>/inflight     the member being written, and beside it its name: a stored member is continued from its end
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from .members import Member


class ConflictError(ValueError):
    """Two archives bring different files of one name."""


class Staging:
    """`root` belongs to one archive in one state (its parts' hashes or sizes and times); `label` names it to people."""

    # A member above this is continued after a kill; below, starting it again costs less than keeping track.
    CONTINUE_FROM_BYTES = 64 << 20

    def __init__(self, root: Path, label: str) -> None:
        self.root, self.label = root, label
        self.tree = root / "tree"
        self._inflight = root / "inflight"
        self._inflight_name = root / "inflight.name"
        self._folders: set[PurePosixPath] = set()

    def finished(self, member: Member) -> bool:
        """Whether an earlier run has unpacked and checked it."""
        try:
            stat = os.lstat(f"{self.tree}/{member.path}")
        except (FileNotFoundError, NotADirectoryError):
            return False
        return stat.st_size == member.bytes

    @contextlib.contextmanager
    def writing(self, member: Member, *, continued: bool) -> Iterator[BinaryIO]:
        """A file for the member's bytes; it gets the member's name when the block ends without an error.

        continued: begin with what an earlier run left of this very member (`tell()` says how much).
        """
        folder = member.path.parent
        if folder not in self._folders:
            (self.tree / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        keep = continued and member.bytes > self.CONTINUE_FROM_BYTES
        if keep and self._left_behind() == member.name:
            mode = "a+b"
        else:
            mode = "w+b"
            self._inflight_name.unlink(missing_ok=True)
        with open(self._inflight, mode, buffering=0) as file:  # noqa: PTH123  (Path.open costs more than the write)
            if keep:
                self._inflight_name.write_text(member.name)
            yield file  # type: ignore[misc]  # a FileIO is a BinaryIO to all who use it here
        os.replace(self._inflight, f"{self.tree}/{member.path}")  # noqa: PTH105
        if keep:
            self._inflight_name.unlink(missing_ok=True)

    def drop_inflight(self) -> None:
        """Forget the member that was being written."""
        self._inflight.unlink(missing_ok=True)
        self._inflight_name.unlink(missing_ok=True)

    def _left_behind(self) -> str | None:
        return self._inflight_name.read_text() if self._inflight_name.is_file() and self._inflight.is_file() else None

    def make_folders_and_links(self, members: Sequence[Member]) -> None:
        """Empty folders, then links: last of all, so that nothing is ever written through one."""
        for member in members:
            if member.kind == "folder":
                (self.tree / member.path).mkdir(parents=True, exist_ok=True)
        for member in members:
            if member.kind == "link":
                path = self.tree / member.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                path.symlink_to(member.link)

    def need_space(self, count: int) -> None:
        """Raise OSError(ENOSPC) when the disk has less than `count` bytes free."""
        self.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.root).free
        if count > free:
            raise OSError(
                errno.ENOSPC,
                f"{self.label}: unpacking needs {count:,} bytes more, {self.root} has {free:,} free: "
                "free some space and run again to continue",
            )

    @property
    def complete(self) -> bool:
        """Whether every member was unpacked and checked, and moving them has begun."""
        return (self.root / "complete").is_file()

    @complete.setter
    def complete(self, value: bool) -> None:
        # Not synced to the disk: after a power cut sizes are compared, and what is short is unpacked again.
        if value:
            (self.root / "complete").touch()
        else:
            (self.root / "complete").unlink(missing_ok=True)

    def publish(self, target: Path) -> None:
        """Move the whole tree into `target`, which may hold other archives' files. Run again after a kill, it goes on.

        Raises ConflictError when a file is there already with another size.
        """
        target.mkdir(parents=True, exist_ok=True)
        self.complete = True
        if self.tree.is_dir():
            _merge(str(self.tree), str(target), self.label)

    def discard(self) -> None:
        """Remove the staging folder."""
        shutil.rmtree(self.root, ignore_errors=True)


def _merge(source: str, target: str, label: str) -> None:
    """Move all of a folder into another. Strings: of ten thousand small files, paths as objects cost half a second."""
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        goal = f"{target}/{entry.name}"
        try:
            there = os.lstat(goal)
        except FileNotFoundError:
            os.rename(entry.path, goal)  # noqa: PTH104
            continue
        if entry.is_dir(follow_symlinks=False) and os.path.isdir(goal):  # noqa: PTH112
            _merge(entry.path, goal, label)
            os.rmdir(entry.path)  # noqa: PTH106
        elif os.path.isfile(goal) and there.st_size == entry.stat(follow_symlinks=False).st_size:  # noqa: PTH113
            os.replace(entry.path, goal)  # noqa: PTH105
        else:
            raise ConflictError(f"{label}: {goal} is there already and differs; move it away and run again")


def files_below(tree: Path) -> dict[str, os.stat_result]:
    """All files and links below a folder: relative path -> its own status (a link's, not its target's).

    Strings and one call per file: of a hundred thousand small files, paths as objects cost as much as writing them.
    """
    found: dict[str, os.stat_result] = {}
    folders = [""]
    while folders:
        prefix = folders.pop()
        with os.scandir(f"{tree}/{prefix}") as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{prefix}{entry.name}/")
                elif entry.is_symlink() or entry.is_file():
                    found[f"{prefix}{entry.name}"] = entry.stat(follow_symlinks=False)
    return found
