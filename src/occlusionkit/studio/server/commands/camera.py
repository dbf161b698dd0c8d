"""`/cameras` and `/camera`: where cameras are and what they see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..cameras import StudioCamera, normalized_rotator
from ..dispatcher import Answer, Handler, Route
from ..encoding import IMAGE_MODES
from ..files import write_in_folder
from ..formats import three
from ..state import CommandError, Studio, StudioState

MAX_SIDE_PX = 8192
MAX_PIXELS = 2**25


def get_cameras(studio: Studio, state: StudioState) -> Answer:
    return Answer(" ".join(camera.name for camera in state.cameras))


def spawn_camera(studio: Studio, state: StudioState) -> Answer:
    index = len(state.cameras)
    camera = StudioCamera(f"FusionCameraActor_{index}", hfov_deg=studio.film.hfov_deg, size_hw=studio.film.size_hw)
    return Answer(camera.name, state.with_camera(index, camera))


def get_location(studio: Studio, state: StudioState, index: int) -> Answer:
    return Answer(three(state.camera(index).location_cm))


def set_location(studio: Studio, state: StudioState, index: int, x: float, y: float, z: float) -> Answer:
    return Answer(state=state.with_camera(index, replace(state.camera(index), location_cm=(x, y, z))))


def get_rotation(studio: Studio, state: StudioState, index: int) -> Answer:
    return Answer(three(state.camera(index).rotator_deg))


def set_rotation(studio: Studio, state: StudioState, index: int, pitch: float, yaw: float, roll: float) -> Answer:
    rotator_deg = normalized_rotator((pitch, yaw, roll))
    return Answer(state=state.with_camera(index, replace(state.camera(index), rotator_deg=rotator_deg)))


def get_pose(studio: Studio, state: StudioState, index: int) -> Answer:
    camera = state.camera(index)
    return Answer(f"{three(camera.location_cm)} {three(camera.rotator_deg)}")


def set_pose(studio: Studio, state: StudioState, index: int, *pose: float) -> Answer:
    """x y z pitch yaw roll, in one command."""
    moved = set_location(studio, state, index, *pose[:3]).state
    assert moved is not None
    return set_rotation(studio, moved, index, *pose[3:])


def get_fov(studio: Studio, state: StudioState, index: int) -> Answer:
    return Answer(f"{state.camera(index).hfov_deg:f}")


def set_fov(studio: Studio, state: StudioState, index: int, hfov_deg: float) -> Answer:
    if not 0 < hfov_deg < 180:
        raise CommandError(f"Argument Invalid: expected a field of view in (0, 180) degrees, found {hfov_deg}")
    return Answer(state=state.with_camera(index, replace(state.camera(index), hfov_deg=hfov_deg)))


def get_size(studio: Studio, state: StudioState, index: int) -> Answer:
    height, width = state.camera(index).size_hw
    return Answer(f"{width} {height}")


def set_size(studio: Studio, state: StudioState, index: int, width: int, height: int) -> Answer:
    if not (0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX and width * height <= MAX_PIXELS):
        raise CommandError(
            f"Argument Invalid: expected sides of 1..{MAX_SIDE_PX} px and at most {MAX_PIXELS} px in all, "
            f"found {width} {height}"
        )
    return Answer(state=state.with_camera(index, replace(state.camera(index), size_hw=(height, width))))


def get_eyes_location(studio: Studio, state: StudioState) -> Answer:
    """Where the player stands: camera 0."""
    return get_location(studio, state, 0)


def get_screenshot(studio: Studio, state: StudioState, argument: str) -> Answer:
    """What the window would show: camera 0 in the current view mode."""
    return image_handler(state.viewmode)(studio, state, 0, argument)


def image_handler(mode: str) -> Handler:
    """The handler of `vget /camera/[uint]/<mode> [str]`: binary for a bare format, else a file in the folder."""
    image_mode = IMAGE_MODES[mode]

    def get_image(studio: Studio, state: StudioState, index: int, argument: str) -> Answer:
        file_format = argument if argument in image_mode.encoders else Path(argument).suffix.lower().lstrip(".")
        if not argument:
            raise CommandError("Filename can not be empty")
        if file_format not in image_mode.encoders:
            raise CommandError(
                f"Invalid filename type, filename {argument[:200]}: {mode} is served as {' '.join(image_mode.encoders)}"
            )
        frame = studio.views.frame(state.world, index, state.camera(index), frozenset({image_mode.output}))
        encoded = image_mode.encoders[file_format](frame, state.world)
        if argument == file_format:
            return Answer(encoded)
        write_in_folder(studio.folder, argument, encoded)
        return Answer(argument)

    return get_image


def named_image_handler(mode: str) -> Handler:
    """The handler of `vget /camera/[uint]/<mode>`, from the days when the server chose the file's name."""

    def get_named_image(studio: Studio, state: StudioState, index: int) -> Answer:
        file_format = next(iter(IMAGE_MODES[mode].encoders))
        return image_handler(mode)(studio, state, index, f"camera{index}_{mode}.{file_format}")

    return get_named_image


def _image_routes(mode: str, what: str) -> tuple[Route, ...]:
    outputs = frozenset({IMAGE_MODES[mode].output})
    template = f"vget /camera/[uint]/{mode}"
    formats = ", ".join(IMAGE_MODES[mode].encoders)
    return (
        Route(template, f"{what}, as a file that the server names", named_image_handler(mode), outputs),
        Route(f"{template} [str]", f"{what}: {formats}, or a filename ending so", image_handler(mode), outputs),
    )


ROUTES: tuple[Route, ...] = (
    Route("vget /cameras", "Names of all cameras, in the order of their ids", get_cameras),
    Route("vset /cameras/spawn", "Add a camera and reply its name", spawn_camera),
    Route("vget /camera/[uint]/location", "Location, cm", get_location),
    Route("vset /camera/[uint]/location [float] [float] [float]", "Set the location, cm", set_location),
    Route(
        "vset /camera/[uint]/moveto [float] [float] [float]",
        "Set the location, cm; nothing is in the way",
        set_location,
    ),
    Route("vget /camera/[uint]/rotation", "Pitch, yaw, roll, degrees", get_rotation),
    Route("vset /camera/[uint]/rotation [float] [float] [float]", "Set pitch, yaw, roll, degrees", set_rotation),
    Route("vget /camera/[uint]/pose", "Location and rotation", get_pose),
    Route(f"vset /camera/[uint]/pose {' '.join(['[float]'] * 6)}", "Set location and rotation", set_pose),
    Route("vget /camera/[uint]/fov", "Horizontal field of view, degrees", get_fov),
    Route("vset /camera/[uint]/fov [float]", "Set the horizontal field of view, degrees", set_fov),
    Route("vget /camera/[uint]/horizontal_fieldofview", "Older name of fov", get_fov),
    Route("vset /camera/[uint]/horizontal_fieldofview [float]", "Older name of fov", set_fov),
    Route("vget /camera/[uint]/size", "Width and height, px", get_size),
    Route("vset /camera/[uint]/size [uint] [uint]", "Set width and height, px", set_size),
    Route("vget /actor/location", "Location of the player: camera 0", get_eyes_location),
    Route("vget /screenshot [str]", "Camera 0 in the current view mode, as an image command", get_screenshot),
    *_image_routes("lit", "Shaded image"),
    *_image_routes("depth", "Planar depth, cm, float32"),
    *_image_routes("normal", "World normals"),
    *_image_routes("object_mask", "Mask in the colours of /object/[str]/color"),
    *_image_routes("seg", "As object_mask"),
)
