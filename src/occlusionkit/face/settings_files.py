"""Settings from plain mappings and YAML files: ours, and upstream's configs. Unknown keys are refused."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from .presets import natocc_hand, natocc_objects, randocc
from .settings import FaceSetSettings

T = TypeVar("T")

# Upstream's RandOcc reads textures from here whatever its OCCLUDER_DATASET says.
UPSTREAM_TEXTURES = Path("dataset/DTD/images")


@dataclasses.dataclass(frozen=True)
class SetFolders:
    """Where a set's inputs are and where it goes. occluder_masks: None for textures and occluders with alpha."""

    faces: Path
    masks: Path
    occluders: Path
    occluder_masks: Path | None
    out: Path


def settings_from_mapping(values: Mapping[str, Any]) -> FaceSetSettings:
    """Our own settings, nested as the dataclasses are; what is not given keeps its default.

    `preset: natocc_hand | natocc_objects | randocc` starts from one of the paper's sets instead of the bare defaults.
    ValueError naming the key for unknown keys, values of another type, and values out of range.
    """
    given = dict(values)
    presets = {"natocc_hand": natocc_hand, "natocc_objects": natocc_objects, "randocc": randocc}
    preset = given.pop("preset", None)
    if preset is not None and preset not in presets:
        raise ValueError(f"preset: expected {' or '.join(presets)}, found {preset!r}")
    start = presets[preset]() if preset is not None else FaceSetSettings()
    return replaced(start, given)


def settings_to_mapping(settings: FaceSetSettings) -> dict[str, Any]:
    """Plain nested dictionaries, lists and numbers: what `settings_from_mapping` reads back to an equal value."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(item) for key, item in value.items()}
        return list(value) if isinstance(value, tuple) else value

    result: dict[str, Any] = plain(dataclasses.asdict(settings))
    return result


def replaced(start: T, values: Mapping[str, Any], where: str = "") -> T:
    """`start`, a frozen dataclass, with nested `values` put in and checked."""
    hints = typing.get_type_hints(type(start))
    changes = {}
    for key, value in values.items():
        name = f"{where}{key}"
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected some of {', '.join(sorted(hints))}"
            raise ValueError(f"{name}: unknown key; {hint}")
        current = getattr(start, key)
        if dataclasses.is_dataclass(current) and not isinstance(current, type):
            if not isinstance(value, Mapping):
                raise ValueError(f"{name}: expected keys and values, found {value!r}")
            changes[key] = replaced(current, value, f"{name}.")
        else:
            changes[key] = _converted(value, hints[key], name)
    try:
        return dataclasses.replace(start, **changes)  # type: ignore[type-var]
    except ValueError as error:
        raise ValueError(f"{where}{error}" if where else str(error)) from None


def _converted(value: Any, hint: Any, name: str) -> Any:
    """`value` as the annotated type: no text for numbers, no fractions for integers, lists as tuples."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return None if value is None else _converted(value, parts[0], name)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"{name}: expected a list, found {value!r}")
        kinds = [parts[0]] * len(value) if parts[-1] is Ellipsis else list(parts)
        if len(kinds) != len(value):
            raise ValueError(f"{name}: expected {len(kinds)} values, found {list(value)}")
        return tuple(_converted(item, kind, name) for item, kind in zip(value, kinds, strict=True))
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    expected = str if origin is typing.Literal else hint
    if isinstance(value, expected) and (expected is bool or not isinstance(value, bool)):
        return value
    raise ValueError(f"{name}: expected {expected.__name__}, found {value!r}")


def read_settings(path: Path, *, start: FaceSetSettings | None = None) -> FaceSetSettings:
    """Settings from a YAML file of ours; what it does not give is `start`'s, or the file's own preset's."""
    values = _read_yaml(path)
    if start is None or "preset" in values:
        return settings_from_mapping(values)
    return replaced(start, values)


def read_upstream_config(path: Path, *, seed: int = 2) -> tuple[FaceSetSettings, SetFolders]:
    """One of upstream's YAML configs (natocc_hand.yaml, natocc_objects.yaml, randocc.yaml, or like them).

    Keys that are not given have upstream's meaning of absence (off). Masks of another size than their image are
    resized, as upstream does. ValueError naming the key for what upstream does not know.
    """
    values = _flat(_read_yaml(path))
    known = {
        "MODE.RANDOCC": bool,
        "SOURCE_DATASET.IMG_DIR": str,
        "SOURCE_DATASET.MASK_DIR": str,
        "OCCLUDER_DATASET.IMG_DIR": str,
        "OCCLUDER_DATASET.MASK_DIR": str,
        "OUTPUT_PATH": str,
        "OCCLUSION_MASK": bool,
        "AUGMENTATION.SOT": bool,
        "AUGMENTATION.ROTATE_AROUND_CENTER": bool,
    }
    for key, value in values.items():
        if key not in known:
            raise ValueError(f"{path}: {key}: unknown key; upstream's configs have {', '.join(known)}")
        if not isinstance(value, known[key]):
            raise ValueError(f"{path}: {key}: expected {known[key].__name__}, found {value!r}")
    for key in ("SOURCE_DATASET.IMG_DIR", "SOURCE_DATASET.MASK_DIR", "OUTPUT_PATH"):
        if not values.get(key):
            raise ValueError(f"{path}: {key}: expected a folder, found nothing")
    textures = bool(values.get("MODE.RANDOCC", False))
    occluders = values.get("OCCLUDER_DATASET.IMG_DIR") or (str(UPSTREAM_TEXTURES) if textures else "")
    if not occluders:
        raise ValueError(f"{path}: OCCLUDER_DATASET.IMG_DIR: expected a folder, found nothing")
    masks = values.get("OCCLUDER_DATASET.MASK_DIR")
    folders = SetFolders(
        faces=Path(values["SOURCE_DATASET.IMG_DIR"]),
        masks=Path(values["SOURCE_DATASET.MASK_DIR"]),
        occluders=Path(occluders),
        occluder_masks=None if textures or not masks else Path(masks),
        out=Path(values["OUTPUT_PATH"]),
    )
    settings = replaced(
        randocc() if textures else natocc_hand(),
        {
            "name": path.stem,
            "seed": seed,
            "source": {"resize_masks": True, "soft_mask_threshold": 128},
            "transfer": {"method": "sot" if values.get("AUGMENTATION.SOT", False) else "none"},
            "placement": {"rotate_around_center": bool(values.get("AUGMENTATION.ROTATE_AROUND_CENTER", False))},
            "output": {"occlusion_mask": bool(values.get("OCCLUSION_MASK", False))},
        },
    )
    return settings, folders


def _read_yaml(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected a YAML file of settings, found none")
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected YAML, found: {error}") from error
    if not isinstance(values, Mapping):
        raise ValueError(f"{path}: expected keys and values, found {type(values).__name__}")
    return values


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"A": {"B": 1}} -> {"A.B": 1}."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat
