"""The table of crops."""

from __future__ import annotations

from ...artifacts.tables import Column, Schema

CROPS = Schema(
    name="crops",
    doc="One row per crop: whose it is, where it was taken, and how much of the person is hidden.",
    key=("dataset", "path"),
    columns=(
        Column("dataset", "string", "occluded_reid or market: the folder below results/data"),
        Column("path", "string", "below results/data/<dataset>, the official folder's name included"),
        Column("identity", "int32", "number of the made-up person, 1.. (studio.people.identities)"),
        Column("split", "string", "train or test, by train_identities and test_identities: nobody is in both"),
        Column("side", "string", "occluded or whole"),
        Column("number", "int32", "counts a person's crops of one side, 1.."),
        Column("camera", "int32", "1..6; Occluded-REID's names do not tell it, Market-1501's do"),
        Column("site", "string", "where it was taken"),
        Column("hidden_by", "string", "none, furniture, thing or person: what was put in front"),
        Column("cover", "string", "its name; empty where nothing was"),
        Column("hidden_fraction", "float64", "share of the person's pixels that something else is in front of"),
        Column("person_px", "int32", "pixels of the person in the camera's picture with nothing in front", unit="px"),
        Column("box_xyxy", "float64", "the crop's box in the camera's picture", shape=(4,), unit="px", frame="image"),
        Column("camera_size_hw", "int32", "height and width of the camera's picture", shape=(2,), unit="px"),
    ),
)
