"""Every parameter of an occluded-face set: frozen values, checked when made. The defaults are the paper's.

Sizes are px, angles degrees clockwise on the image, probabilities 0..1; a pair is the range of a uniform draw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Span = tuple[float, float]
IntSpan = tuple[int, int]
Mode = Literal["natocc", "randocc"]
MaskKind = Literal["binary", "classes"]
TransferMethod = Literal["none", "sot", "upstream"]
ImageFormat = Literal["jpg", "png"]
BrightnessUnit = Literal["mean", "max"]
Device = Literal["cpu", "cuda"]

# The face among the 19 classes of CelebAMask-HQ: skin, nose, eyes, brows, ears, mouth, lips; glasses (3), hair and
# what is worn are none of it.
CELEBAMASK_FACE_CLASSES = (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12)


@dataclass(frozen=True)
class BlurSettings:
    """A blur by a turned, generalised Gaussian with noise on its weights."""

    probability: float = 0.5
    kernel_px: IntSpan = (3, 7)
    sigma_px: Span = (0.2, 1.0)
    angle_deg: Span = (-90.0, 90.0)
    beta: Span = (0.5, 8.0)
    noise: Span = (0.9, 1.1)

    def __post_init__(self) -> None:
        _number(self, "probability", 0, 1)
        _span(self, "kernel_px", 1, 99)
        if not all(size % 2 for size in self.kernel_px):
            raise ValueError(f"BlurSettings.kernel_px: expected odd sizes, found {self.kernel_px}")
        _span(self, "sigma_px", 0.01, 50)
        _span(self, "angle_deg", -360, 360)
        _span(self, "beta", 0.01, 100)
        _span(self, "noise", 0.01, 100)


@dataclass(frozen=True)
class BrightnessSettings:
    """value * (1 + contrast) + brightness * (the mean of the pixels that count, or 255)."""

    probability: float = 0.5
    brightness: Span = (-0.2, 0.2)
    contrast: Span = (-0.2, 0.2)
    relative_to: BrightnessUnit = "max"

    def __post_init__(self) -> None:
        _number(self, "probability", 0, 1)
        _span(self, "brightness", -1, 1)
        _span(self, "contrast", -1, 1)
        _choice(self, "relative_to", ("mean", "max"))


@dataclass(frozen=True)
class JpegSettings:
    """The occluder goes through JPEG once."""

    probability: float = 0.5
    quality: IntSpan = (70, 100)

    def __post_init__(self) -> None:
        _number(self, "probability", 0, 1)
        _span(self, "quality", 1, 100)


@dataclass(frozen=True)
class AffineSettings:
    """Scale and shear of x and y are drawn independently; the canvas grows to hold the whole occluder."""

    probability: float = 0.7
    scale: Span = (0.8, 1.2)
    rotate_deg: Span = (-15.0, 15.0)
    shear_deg: Span = (-8.0, 8.0)

    def __post_init__(self) -> None:
        _number(self, "probability", 0, 1)
        _span(self, "scale", 0.05, 20)
        _span(self, "rotate_deg", -180, 180)
        _span(self, "shear_deg", -45, 45)


@dataclass(frozen=True)
class OccluderAugmentation:
    """What happens to an occluder before it is pasted, in this order."""

    blur: BlurSettings = field(default_factory=BlurSettings)
    jpeg: JpegSettings = field(default_factory=JpegSettings)
    affine: AffineSettings = field(default_factory=AffineSettings)
    brightness: BrightnessSettings = field(
        default_factory=lambda: BrightnessSettings(brightness=(-0.1, 0.1), contrast=(-0.1, 0.1), relative_to="mean")
    )


@dataclass(frozen=True)
class ImageAugmentation:
    """What happens to the finished image and its masks, in this order. `enabled: false` leaves the rest of the photo
    as it was."""

    enabled: bool = True
    blur: BlurSettings = field(default_factory=BlurSettings)
    flip_probability: float = 0.5
    brightness: BrightnessSettings = field(default_factory=BrightnessSettings)

    def __post_init__(self) -> None:
        _number(self, "flip_probability", 0, 1)


@dataclass(frozen=True)
class BlobSettings:
    """RandOcc's closed Bezier curve: see `blob.draw_blob`."""

    canvas_px: int = 512
    points: IntSpan = (3, 15)
    radius: Span = (0.0, 1.0)
    edginess: Span = (0.0, 1.0)
    min_gap: float = 0.7
    tries: int = 200
    samples_per_segment: int = 100

    def __post_init__(self) -> None:
        _number(self, "canvas_px", 16, 4096)
        _span(self, "points", 3, 100)
        _span(self, "radius", 0, 10)
        _span(self, "edginess", 0, 100)
        _number(self, "min_gap", 0, 1)
        _number(self, "tries", 1, 1_000_000)
        _number(self, "samples_per_segment", 2, 10_000)


@dataclass(frozen=True)
class PlacementSettings:
    """How large and where: the occluder's box gets area_fraction of the face box's area, its centre lies in the face
    box (0..1 of its width and height). With rotate_around_center the occluder's lower edge (the fingers of an upright
    photo of a hand) turns towards the face's centre."""

    area_fraction: Span = (0.5, 1.0)
    center_x: Span = (0.0, 1.0)
    center_y: Span = (0.0, 1.0)
    rotate_around_center: bool = True

    def __post_init__(self) -> None:
        _span(self, "area_fraction", 1e-4, 100)
        _span(self, "center_x", 0, 1)
        _span(self, "center_y", 0, 1)


@dataclass(frozen=True)
class TransparencySettings:
    """With `probability` the occluder lets the face shine through. The label is not touched: what lies under a
    see-through occluder counts as hidden, as in the paper."""

    probability: float = 0.0
    opacity: Span = (0.4, 0.7)

    def __post_init__(self) -> None:
        _number(self, "probability", 0, 1)
        _span(self, "opacity", 0, 1)


@dataclass(frozen=True)
class EdgeSettings:
    """The occluder's coverage is eroded and blurred; around its edge the finished image is blurred once more, where the
    grown and the shrunken occlusion mask differ by more than band_threshold (matters for soft masks, so for compat)."""

    erode_px: int = 3
    blur_px: int = 5
    band_px: int = 5
    band_iterations: int = 2
    band_threshold: int = 240
    band_blur_px: int = 5

    def __post_init__(self) -> None:
        for name in ("erode_px", "blur_px", "band_px", "band_blur_px"):
            _number(self, name, 1, 99)
            if getattr(self, name) % 2 == 0:
                raise ValueError(f"EdgeSettings.{name}: expected an odd size, found {getattr(self, name)}; 1 is off")
        _number(self, "band_iterations", 0, 20)
        _number(self, "band_threshold", 0, 254)


@dataclass(frozen=True)
class TransferSettings:
    """Sliced optimal transport of the face's colours onto the occluder (`transport`).

    method: none; sot: masked, on quantised colours; upstream: the original steps, unmasked, about 30 s per image.
    """

    method: TransferMethod = "none"
    steps: int = 15
    directions_per_step: int = 5
    bits: int = 6
    smooth_sigma_px: float = 30.0
    smooth_radius_px: int = 30
    cap_highlights: bool = True
    device: Device = "cpu"
    batch: int = 1

    def __post_init__(self) -> None:
        _choice(self, "method", ("none", "sot", "upstream"))
        _number(self, "steps", 1, 1000)
        _number(self, "directions_per_step", 1, 1000)
        _number(self, "bits", 3, 7)
        _number(self, "smooth_sigma_px", 0.1, 1000)
        _number(self, "smooth_radius_px", 0, 1000)
        _choice(self, "device", ("cpu", "cuda"))
        _number(self, "batch", 1, 1024)


@dataclass(frozen=True)
class SourceSettings:
    """How masks are read.

    mask_kind: binary (0/1 or 0/255) or classes (a label map; `face_classes` are the face, what the occluder covers
    becomes `occluder_class`).  resize_masks: a mask of another size than its image is resized instead of refused.
    soft_mask_threshold: values from it on count as 1; null refuses masks with values between.
    """

    mask_kind: MaskKind = "binary"
    face_classes: tuple[int, ...] = CELEBAMASK_FACE_CLASSES
    occluder_class: int = 0
    resize_masks: bool = False
    soft_mask_threshold: int | None = None

    def __post_init__(self) -> None:
        _choice(self, "mask_kind", ("binary", "classes"))
        if not self.face_classes or not all(0 <= label <= 255 for label in self.face_classes):
            raise ValueError(f"SourceSettings.face_classes: expected labels 0..255, found {list(self.face_classes)}")
        _number(self, "occluder_class", 0, 255)
        if self.occluder_class in self.face_classes:
            raise ValueError(f"SourceSettings.occluder_class: {self.occluder_class} is one of face_classes")
        if self.soft_mask_threshold is not None:
            _number(self, "soft_mask_threshold", 1, 255)


@dataclass(frozen=True)
class OutputSettings:
    """size_hw: null keeps each image's own.  mask_value: the face in binary masks, 1 (as the paper's) or 255.
    occlusion_mask: also write where the occluder is (0/255, off the face too); alpha: how opaque it is (0..255)."""

    image_format: ImageFormat = "jpg"
    jpeg_quality: int = 95
    mask_value: int = 1
    size_hw: IntSpan | None = None
    occlusion_mask: bool = False
    alpha: bool = False

    def __post_init__(self) -> None:
        _choice(self, "image_format", ("jpg", "png"))
        _number(self, "jpeg_quality", 1, 100)
        if self.mask_value not in (1, 255):
            raise ValueError(f"OutputSettings.mask_value: expected 1 or 255, found {self.mask_value}")
        if self.size_hw is not None and not all(1 <= side <= 16384 for side in self.size_hw):
            raise ValueError(f"OutputSettings.size_hw: expected height and width in 1..16384, found {self.size_hw}")


@dataclass(frozen=True)
class FaceSetSettings:
    """One set: a name and a seed, from which (with each image's stem) every draw derives, and all parameters.

    hidden_fraction: a draw that hides less or more of the face is thrown away and drawn anew, up to `attempts` times.
    compat: image and label disagree at edges as upstream's do (`paste.paste_compat`); for comparisons only.
    """

    mode: Mode = "natocc"
    name: str = "natocc"
    seed: int = 2
    compat: bool = False
    hidden_fraction: Span = (0.0, 1.0)
    attempts: int = 20
    source: SourceSettings = field(default_factory=SourceSettings)
    blob: BlobSettings = field(default_factory=BlobSettings)
    transfer: TransferSettings = field(default_factory=TransferSettings)
    occluder: OccluderAugmentation = field(default_factory=OccluderAugmentation)
    placement: PlacementSettings = field(default_factory=PlacementSettings)
    transparency: TransparencySettings = field(default_factory=TransparencySettings)
    edge: EdgeSettings = field(default_factory=EdgeSettings)
    image: ImageAugmentation = field(default_factory=ImageAugmentation)
    output: OutputSettings = field(default_factory=OutputSettings)

    def __post_init__(self) -> None:
        _choice(self, "mode", ("natocc", "randocc"))
        if not self.name:
            raise ValueError("FaceSetSettings.name: expected some text, found none")
        _number(self, "seed", 0, 2**63 - 1)
        _span(self, "hidden_fraction", 0, 1)
        _number(self, "attempts", 1, 10_000)
        if self.compat and self.source.mask_kind == "classes":
            raise ValueError("FaceSetSettings.compat: expected binary masks, as upstream has no others; found classes")
        if self.transfer.method == "upstream" and self.transfer.device != "cpu":
            raise ValueError("TransferSettings: method upstream runs on the cpu only")


def _number(owner: object, name: str, low: float, high: float) -> None:
    value = getattr(owner, name)
    if not low <= value <= high:
        raise ValueError(f"{type(owner).__name__}.{name}: expected {low}..{high}, found {value}")


def _span(owner: object, name: str, low: float, high: float) -> None:
    value = getattr(owner, name)
    if len(value) != 2 or not low <= value[0] <= value[1] <= high:
        raise ValueError(
            f"{type(owner).__name__}.{name}: expected a rising pair within {low}..{high}, found {list(value)}"
        )


def _choice(owner: object, name: str, allowed: tuple[str, ...]) -> None:
    value = getattr(owner, name)
    if value not in allowed:
        raise ValueError(f"{type(owner).__name__}.{name}: expected {' or '.join(allowed)}, found {value!r}")
