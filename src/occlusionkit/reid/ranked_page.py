"""Ranked lists as one HTML file with its pictures inside, which opens offline."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import jinja2

from ..images import Image, encode_jpeg

_TEMPLATE = Path(__file__).with_name("ranked.html")
_HEIGHT_PX = 144


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture on the page. same_person: yes (green frame), no (red), None (not known: grey)."""

    path: str
    image: Image
    similarity: float | None
    same_person: str | None

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


def ranked_page(
    lists: Sequence[tuple[Shown, Sequence[Shown]]],
    *,
    title: str,
    network: str,
    queries: int,
    gallery: int,
    right: tuple[int, int] | None,
) -> str:
    """The page. lists: queries with their answers, best first;  queries, gallery: how many there are in all;
    right: queries whose first answer is right, and all of them, None without labels. Each picture is stored once."""
    pictures: dict[str, tuple[str, float]] = {}

    def picture(shown: Shown) -> str:
        key = "p" + hashlib.sha256(shown.image.tobytes() + repr(shown.image.shape).encode()).hexdigest()[:16]
        if key not in pictures:
            pictures[key] = (_thumbnail(shown.image), shown.image.shape[1] / shown.image.shape[0])
        return key

    entries = [(query, picture(query), [(answer, picture(answer)) for answer in answers]) for query, answers in lists]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        title=title,
        network=network,
        entries=entries,
        pictures=pictures,
        queries=queries,
        gallery=gallery,
        right=right,
        height_px=_HEIGHT_PX,
    )


def _thumbnail(image: Image) -> str:
    """(H, W, 3) -> JPEG of the page's height, as base64."""
    width = max(1, round(image.shape[1] * _HEIGHT_PX / image.shape[0]))
    smaller = cv2.resize(image, (width, _HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return base64.b64encode(encode_jpeg(smaller, quality=88)).decode()
