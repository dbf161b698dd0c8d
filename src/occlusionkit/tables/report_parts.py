"""What each system shows in the report, from its tables and figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..artifacts.tables import Table, make_table
from ..face.networks.catalogue import NETWORKS
from ..face.presets import TRAINING_SETS
from ..face.sources import TEST_SETS
from .face import table_2
from .formats import format_spread
from .reid_views import differences_view, occlusion_head_view, paper_view, results_view, single_query_view
from .sections import Picture, Section, ShownTable

_STAND_IN = (
    "Measured on people that the studio rendered, with small networks trained for seconds. These numbers show that the "
    "method runs and what it changes here; they are not results on the published datasets, whose numbers stand in grey."
)


def occlusion_person_pictures(figures: dict[str, Path]) -> list[Picture]:
    """Pictures of Occlusion-Person's part. figures: samples, people, actions, rooms, rates_chart, threshold_chart."""
    return [
        Picture(
            figures["samples"],
            "What the labels say",
            "Each view beside its depth map. Dots are visible joints (left blue, right orange), red crosses are hidden "
            "ones: there the depth map and the joint's own depth disagree by more than the threshold.",
        ),
        Picture(
            figures["people"], "People", "Every person of the dataset, in the view that shows most of their joints."
        ),
        Picture(figures["actions"], "Actions", "One row for each action: different people, rooms and moments."),
        Picture(figures["rooms"], "Rooms", "Every room, from one of its eight cameras."),
        Picture(figures["rates_chart"], "Occlusion rates", "Occluded joints over in-image joints."),
        Picture(
            figures["threshold_chart"],
            "How the rate moves with the threshold",
            "Computed from the stored gaps, without rendering again. Under the absolute rule a surface far behind the "
            "joint counts as occlusion too.",
        ),
    ]


def face_section(results: Table, figures: dict[str, Path]) -> Section:
    """Faces: scores of each training set, the paper's Table 2, and pictures.

    results: a FACE_RESULTS table;  figures: samples, predictions, failures, hidden_chart, curves.
    """
    header, rows = table_2(results)
    measured = set(results["training_set"].tolist())
    return Section(
        anchor="faces",
        title="Occluded faces" + _stand_in_title(results),
        text="Which pixels of a picture show a face's skin and features, where hands and things hide a part of it. "
        "Networks learn it from faces on which occluders were pasted (NatOcc, RandOcc).",
        note=_STAND_IN if "studio" in results["source"].tolist() else "",
        tables=[
            _face_scores(results),
            ShownTable(
                "The paper's Table 2",
                header,
                rows,
                text="mIoU in percent over face and background. Measured here: mean ± sample standard deviation over "
                "trainings. Published: single runs on other data, with other networks, and so not to be compared "
                "number by number.",
                ours=frozenset(i for i, row in enumerate(rows) if row[0] in measured),
                grey=frozenset(i for i, row in enumerate(rows) if row[0] not in measured),
                grey_columns=frozenset(i for i, name in enumerate(header) if "published" in name),
            ),
        ],
        pictures=[
            Picture(
                figures["predictions"],
                "What the networks find",
                "Typical test faces, darker where there is no face to see. Red: wrongly taken for face; blue: missed.",
            ),
            Picture(figures["failures"], "Where they fail", "The worst test faces of the last network, same colours."),
            Picture(
                figures["hidden_chart"],
                "Scores by how much is hidden",
                "Face IoU in bins of the hidden share of the face; bars are standard deviations over trainings.",
            ),
            Picture(figures["samples"], "What they are trained on", "Images of each set, the label outlined."),
            Picture(figures["curves"], "Training", "Loss and validation score by epoch, one line per training."),
        ],
    )


def reid_section(
    results: Table, differences: Table, ablation: Table, single_query: Table, head: Table, figures: dict[str, Path]
) -> Section:
    """Re-identification: scores with intervals, differences in words, the paper's ablation, and pictures.

    results, differences, ablation, single_query, head: RESULTS, DIFFERENCES, PAPER_LAYOUT, SINGLE_QUERY and
    OCCLUSION_HEAD tables;
    figures: curves, ranked, attention and simulated.
    """
    shown = _rows_where(results, "fusion", ("mean_feature", "none"))
    apart = _rows_where(_rows_where(differences, "fusion", ("mean_feature", "none")), "metric", ("rank_1",))
    return Section(
        anchor="reid",
        title="Occluded re-identification" + _stand_in_title(results),
        text="Who is it, when only a part of the person can be seen? Queries are occluded, the gallery holds whole "
        "people; a descriptor ranks the gallery by likeness.",
        note=_STAND_IN if "studio" in results["source"].tolist() else "",
        tables=[
            ShownTable(
                "Scores",
                *_without(results_view(shown), ", mean feature"),
                text="Percent. N images a side, drawn many times, their features averaged; brackets hold the 95% "
                "bootstrap interval over people and trainings. The minimum distance stands in the full table.",
            ),
            ShownTable(
                "Are the differences real?",
                *_without(differences_view(apart), ", mean feature"),
                text="Rank-1, the same people drawn for both methods. An interval that holds 0 is inside the noise; of "
                "twenty comparisons between equals, one falls outside by chance.",
            ),
            ShownTable(
                "Does the second task know what is occluded?",
                *occlusion_head_view(head),
                text="How often the occluded / whole decision is right. Pasted patches have hard edges that give them "
                "away, so real and simulated occlusion are counted apart.",
            ),
            _with_published("The paper's ablation", paper_view(ablation), ablation),
            _with_published("Single-query protocols, and later methods", single_query_view(single_query), single_query),
        ],
        pictures=[
            Picture(
                figures["ranked"],
                "Ranked lists",
                "A query and the gallery as each method ranks it: green frames are the right person, red ones are not.",
            ),
            Picture(
                figures["curves"],
                "CMC",
                "Share of queries whose person is among the first k, with 95% bootstrap bands.",
            ),
            Picture(
                figures["attention"],
                "What the networks look at",
                "How much each part of a crop adds to its likeness with the right person, whole and occluded.",
            ),
            Picture(
                figures["simulated"],
                "What they are trained on",
                "Training crops, and the same ones as the occlusion simulator and random erasing change them.",
            ),
        ],
    )


def _face_scores(results: Table) -> ShownTable:
    """All metrics of what was measured, a row for each test set, network and training set."""
    names = ("test_set", "network", "training_set", "metric", "value", "spread", "seeds", "images")
    cells: dict[tuple[str, str, str], dict[str, str]] = {}
    for test, network, training, metric, value, spread, seeds, images in zip(
        *(results[name].tolist() for name in names), strict=True
    ):
        cell = cells.setdefault((test, network, training), {"seeds": str(seeds), "images": str(images)})
        cell[metric] = format_spread(value, spread)
    order = {name: number for number, name in enumerate(TRAINING_SETS)}
    rows = [
        [
            TEST_SETS.get(test, test),
            NETWORKS[network].label,
            training,
            *(cell[name] for name in ("miou", "face_iou", "boundary_iou", "seeds", "images")),
        ]
        for (test, network, training), cell in sorted(cells.items(), key=lambda one: (*one[0][:2], order[one[0][2]]))
    ]
    return ShownTable(
        "Scores",
        ["Test set", "Network", "Training data", "mIoU", "Face IoU", "Boundary IoU", "Trainings", "Images"],
        rows,
        text="Percent, mean ± sample standard deviation over trainings. Every training takes the same number of steps, "
        "so a gain does not come from longer training.",
    )


def _without(view: tuple[list[str], list[list[str]]], ending: str) -> tuple[list[str], list[list[str]]]:
    """A view without what its text says of all cells."""
    return view[0], [[cell.removesuffix(ending) for cell in row] for row in view[1]]


def _with_published(title: str, view: tuple[list[str], list[list[str]]], table: Table) -> ShownTable:
    """A table of measured rows beside published ones, which are grey: none has our protocol and data."""
    published = frozenset(number for number, source in enumerate(table["source"].tolist()) if source == "published")
    return ShownTable(title, *view, ours=frozenset(range(len(table))) - published, grey=published)


def _stand_in_title(results: Table) -> str:
    return " (studio)" if "studio" in results["source"].tolist() else ""


def _rows_where(table: Table, column: str, values: tuple[str, ...]) -> Table:
    rows = np.flatnonzero([value in values for value in table[column].tolist()])
    return make_table(table.schema, {one.name: table[one.name][rows] for one in table.schema.columns})
