"""Files that clients ask the server to write: in its one folder, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .state import CommandError


def file_in_folder(folder: Path, name: str) -> Path:
    """Where a file of that name goes; CommandError unless that is a file right in the folder.

    A name may be bare or a full path; links are followed before it is judged.
    """
    if not name or "\0" in name or len(name) > 255:
        raise CommandError("Filename can not be empty" if not name else f"Invalid filename '{name[:80]}'")
    root = folder.resolve()
    target = (root / name).resolve()
    if target.parent != root:
        raise CommandError(f"Files are written in {root} only; give a bare filename, found '{name}'")
    return target


def write_in_folder(folder: Path, name: str, content: bytes | bytearray) -> Path:
    """Write the file under a temporary name, then rename it; CommandError where the disk refuses."""
    target = file_in_folder(folder, name)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".partial-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(temporary, target)  # noqa: PTH105 - temporary is mkstemp's text
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandError(f"Can not write {target}: {error.strerror or error}") from error
    return target
