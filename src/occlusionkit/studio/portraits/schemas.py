"""The table of what the studio's face pictures are."""

from __future__ import annotations

from ...artifacts.tables import Column, Schema

PORTRAITS = Schema(
    name="portraits",
    doc="One row per picture of the studio's face data: who and what is in it, and how much of the face is hidden.",
    key=("dataset", "stem"),
    columns=(
        Column("dataset", "string", "clean, occluded, hands, objects, textures, realocc or realocc_wild"),
        Column("stem", "string", "the picture's name without extension; for textures <class>_<number>"),
        Column("image", "string", "path of the picture below results/data"),
        Column("mask", "string", "path of its mask below results/data; None for textures", nullable=True),
        Column("split", "string", "train or test: no identity, hand, thing or texture is in both"),
        Column("identity", "string", "whose face it is; None without a face", nullable=True),
        Column("occluders", "string", "kinds of what is before the face, or of the thing shown; comma between several"),
        Column("hand_owners", "string", "whose hands are in it; comma between several"),
        Column("textures", "string", "patterns that things wear, or the pattern shown; comma between several"),
        Column("face_pixels", "int64", "pixels of the face with nothing before it; 0 without a face", unit="px"),
        Column("hidden_fraction", "float64", "share of these that something hides; NaN without a face", nullable=True),
        Column(
            "yaw_deg", "float64", "the face's turn away from the camera; NaN without a face", unit="deg", nullable=True
        ),
    ),
)
