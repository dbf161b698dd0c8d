"""The capture's client of an UnrealCV server: ours, or a running Unreal game."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ..geometry import Array, Camera
from ..skeletons import OCCLUSION_PERSON
from ..unreal import camera_from_unreal, points_from_unreal
from .decoding import Color, InstanceTable, decode_color, decode_depth_m, decode_locations, decode_rgb
from .wire import Address, Link, ServerGone, ServerSilent

__all__ = ["Address", "CameraPlace", "ServerGone", "ServerSilent", "UnrealClient", "UnrealError", "View"]

Reply = str | memoryview
MODES = {"lit": "bmp", "depth": "npy", "object_mask": "bmp"}
IMAGE_COMMAND = re.compile(r"vget /camera/\d+/\w+ (bmp|png|npy)")
CONNECT_TIMEOUT_S = 10.0
REPLY_TIMEOUT_S = 60.0


class UnrealError(RuntimeError):
    """The server answered a command with an error."""

    def __init__(self, command: str, reply: str) -> None:
        super().__init__(f"'{command[:200]}' was answered with: {reply[:500]}")
        self.command = command
        self.reply = reply


@dataclass(frozen=True)
class CameraPlace:
    """Where to put a camera: location_cm and rotator_deg (pitch, yaw, roll) in Unreal's world, hfov_deg, size in px."""

    location_cm: tuple[float, float, float]
    rotator_deg: tuple[float, float, float]
    hfov_deg: float
    size_hw: tuple[int, int]

    def camera(self) -> Camera:
        """The same camera in our world."""
        return camera_from_unreal(np.array(self.location_cm), self.rotator_deg, self.hfov_deg, self.size_hw)

    def commands(self, index: int) -> list[str]:
        """The standard commands that put camera `index` there, without a digit lost."""
        height, width = self.size_hw
        return [
            f"vset /camera/{index}/location {plain(*self.location_cm)}",
            f"vset /camera/{index}/rotation {plain(*self.rotator_deg)}",
            f"vset /camera/{index}/fov {plain(self.hfov_deg)}",
            f"vset /camera/{index}/size {width} {height}",
        ]


@dataclass(frozen=True, eq=False)
class View:
    """What one camera saw; None where it was not asked for.

    rgb (H, W, 3) uint8;  depth_m (H, W) float32 planar m, 0 where nothing was hit;  instance (H, W) int32, by the
    InstanceTable given.
    """

    rgb: NDArray[np.uint8] | None = None
    depth_m: NDArray[np.float32] | None = None
    instance: NDArray[np.int32] | None = None


class UnrealClient:
    """One connection. Every method raises UnrealError for an answer that is an error, ServerGone when the server ended,
    ServerSilent when a reply did not come within timeout_s."""

    def __init__(
        self,
        address: Address,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        timeout_s: float = REPLY_TIMEOUT_S,
        explain: Callable[[], str] | None = None,
    ) -> None:
        """explain: what is known about a server that is gone (its last words), added to the error."""
        self.timeout_s = timeout_s
        self._submitted: deque[tuple[str, ...]] = deque()
        self._link = Link(address, timeout_s=connect_timeout_s, explain=explain)
        if address.token is not None:
            self._show_token(address.token)

    def __enter__(self) -> UnrealClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._link.disconnect()

    def ask(self, command: str) -> str:
        """Send one command and give the text of its reply."""
        reply = self._exchange([command])[0]
        if not isinstance(reply, str):
            raise ValueError(f"'{command[:80]}' is answered with an image: use batch or grab")
        return reply

    def batch(self, commands: Sequence[str]) -> list[Reply]:
        """Run commands within one frame of the engine: nothing moves between them. Texts and images, in order."""
        self.submit(commands)
        return self.collect()

    def submit(self, commands: Sequence[str]) -> None:
        """Send a batch without waiting, so that the server works while the caller does. `collect` takes the replies."""
        sent = (f"vbatch {len(commands)}", *commands)
        self._link.send_commands(sent)
        self._submitted.append(sent)

    def collect(self) -> list[Reply]:
        """The replies of the oldest batch that was submitted."""
        if not self._submitted:
            raise ValueError("collect: no batch was submitted")
        sent = self._submitted.popleft()
        return self._receive(sent)[1:]

    def _exchange(self, commands: Sequence[str]) -> list[Reply]:
        if self._submitted:
            raise ValueError(f"'{commands[0][:80]}': collect the submitted batches first, replies come in order")
        self._link.send_commands(commands)
        return self._receive(commands)

    def _receive(self, commands: Sequence[str]) -> list[Reply]:
        """All replies are taken in before an error among them is raised, so that the next ones stay in step."""
        replies: list[Reply] = []
        for command in commands:
            body = self._link.receive_body(command, self.timeout_s)
            is_image = IMAGE_COMMAND.fullmatch(command) and bytes(body[:6]) != b"error "
            replies.append(body if is_image else str(body, "utf-8", "replace"))
        for command, reply in zip(commands, replies, strict=True):
            if isinstance(reply, str) and reply.startswith("error"):
                raise UnrealError(command, reply)
        return replies

    def _show_token(self, token: str) -> None:
        try:
            self.ask(f"vset /studio/token {token}")
        except (UnrealError, ServerGone):
            # Neither the command nor the reply may carry the token into a log.
            self.close()
            raise ServerGone(f"{self._link.address} refused the token: it was started for another job") from None

    def object_colors(self) -> dict[str, Color]:
        """Every object's colour in the mask, by name."""
        text = self.ask("vget /objects")
        # UnrealCV answers an empty list with "ok".
        names = [] if text == "ok" else text.split()
        replies = self.batch([f"vget /object/{name}/color" for name in names])
        return {name: decode_color(str(reply)) for name, reply in zip(names, replies, strict=True)}

    def place_cameras(self, places: Sequence[CameraPlace]) -> None:
        """Put cameras 0, 1, ... there, adding those that are missing."""
        present = len(self.ask("vget /cameras").split())
        spawn = ["vset /cameras/spawn"] * max(0, len(places) - present)
        self.batch([*spawn, *(command for index, place in enumerate(places) for command in place.commands(index))])

    def camera_place(self, index: int) -> CameraPlace:
        """Where the server says that a camera is: to three decimals, as UnrealCV prints."""
        asked = ("location", "rotation", "fov", "size")
        location, rotation, fov, size = (str(r) for r in self.batch([f"vget /camera/{index}/{a}" for a in asked]))
        x, y, z = decode_locations(location, 3)
        pitch, yaw, roll = decode_locations(rotation, 3)
        (hfov_deg,) = decode_locations(fov, 1)
        width, height = decode_locations(size, 2)
        return CameraPlace((x, y, z), (pitch, yaw, roll), hfov_deg, (int(height), int(width)))

    def grab(
        self, cameras: Sequence[int], modes: Sequence[str] = tuple(MODES), *, instances: InstanceTable | None = None
    ) -> list[View]:
        """What these cameras see, all in one frame of the engine. modes: of lit, depth and object_mask.

        instances: what mask colours stand for; by default the objects' order in `vget /objects`, from 1.
        """
        if "object_mask" in modes and instances is None:
            colors = self.object_colors()
            instances = InstanceTable.of_objects(colors, {name: i for i, name in enumerate(colors, start=1)})
        return read_views(self.batch(view_commands(cameras, modes)), modes, instances=instances)

    def load_room(self, name: str) -> None:
        """Load a room (`vset /action/game/level`): people leave, and cameras but the first are gone."""
        self.ask(f"vset /action/game/level {name}")

    def spawn_person(self, person: str) -> str:
        """Bring in a person at rest, and give the name of its object."""
        return self.ask(f"vset /studio/person/spawn {person}")

    def joints_3d_world(self, person: str) -> Array:
        """(15, 3) m, our world: the joints of a person on the stage."""
        return read_joints(self.ask(joints_command(person)))


def view_commands(cameras: Sequence[int], modes: Sequence[str] = tuple(MODES)) -> list[str]:
    """The commands of `grab`, to be put into a batch with others; `read_views` takes their replies."""
    unknown = sorted(set(modes) - set(MODES))
    if unknown or not modes:
        raise ValueError(f"modes: expected some of {', '.join(MODES)}, found {', '.join(unknown) or 'none'}")
    return [f"vget /camera/{camera}/{mode} {MODES[mode]}" for camera in cameras for mode in modes]


def read_views(
    replies: Sequence[Reply], modes: Sequence[str] = tuple(MODES), *, instances: InstanceTable | None = None
) -> list[View]:
    """The replies to `view_commands`, one View a camera."""
    views = []
    for start in range(0, len(replies), len(modes)):
        by_mode: Mapping[str, Reply] = dict(zip(modes, replies[start : start + len(modes)], strict=True))
        images = {mode: reply for mode, reply in by_mode.items() if isinstance(reply, memoryview)}
        if len(images) != len(modes):
            raise ValueError(f"images of {', '.join(modes)}: found text among them: {list(by_mode.values())!r:.200}")
        if "object_mask" in images and instances is None:
            raise ValueError("object_mask: an InstanceTable must say what its colours stand for")
        views.append(
            View(
                rgb=decode_rgb(images["lit"]) if "lit" in images else None,
                depth_m=decode_depth_m(images["depth"]) if "depth" in images else None,
                instance=instances.decode(images["object_mask"]) if instances and "object_mask" in images else None,
            )
        )
    return views


def joints_command(person: str) -> str:
    return f"vget /studio/person/{person}/joints"


def read_joints(reply: Reply) -> Array:
    """The reply to `joints_command` -> (15, 3) m, our world, in OCCLUSION_PERSON's order."""
    joints_cm = json.loads(str(reply))
    missing = [joint for joint in OCCLUSION_PERSON.joints if joint not in joints_cm]
    if missing:
        raise ValueError(
            f"joints reply: expected the {len(OCCLUSION_PERSON.joints)} joints, without {', '.join(missing)}"
        )
    return points_from_unreal(np.array([joints_cm[joint] for joint in OCCLUSION_PERSON.joints], dtype=np.float64))


def plain(*numbers: float) -> str:
    """Numbers without an exponent, which UnrealCV does not read, and without a digit lost."""
    return " ".join(np.format_float_positional(float(number), trim="0") for number in numbers)
