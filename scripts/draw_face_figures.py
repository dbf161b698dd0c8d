"""Figures of the face room: samples, predictions, failures, scores by hidden fraction, and training curves."""

from pathlib import Path

from occlusionkit.artifacts import read_table
from occlusionkit.face.schemas import EXAMPLES, FACE_BY_HIDDEN, SCORES
from occlusionkit.jobs import run_job
from occlusionkit.learning.record import read_log
from occlusionkit.tables import face_figures as figures
from occlusionkit.tables.figures import write_picture


def main(
    groups: list[Path],
    examples: Path,
    scores: list[Path],
    masks: list[Path],
    logs: list[Path],
    hidden: Path,
    samples: Path,
    predictions: Path,
    failures: Path,
    hidden_chart: Path,
    curves: Path,
    *,
    group_names: list[str],
    group_shown: list[bool],
    test_shown: bool,
    compared: list[tuple[str, str]],
    trained: list[tuple[str, str, int]],
    amount: int,
) -> None:
    tables = {name: read_table(path, EXAMPLES) for name, path in zip(group_names, groups, strict=True)}
    shown = dict(zip(group_names, group_shown, strict=True))
    write_picture(samples, figures.sample_sheet(tables, shown=shown))
    predicted = [
        figures.Predicted(network, training_set, read_table(path, SCORES), zipped)
        for (network, training_set), path, zipped in zip(compared, scores, masks, strict=True)
    ]
    test = read_table(examples, EXAMPLES)
    last = predicted[-1].scores
    for path, stems in (
        (predictions, figures.typical_stems(last, amount=amount)),
        (failures, figures.worst_stems(last, amount=amount)),
    ):
        write_picture(path, figures.prediction_sheet(test, predicted, stems, shown=test_shown))
    figures.write_hidden_chart(hidden_chart, read_table(hidden, FACE_BY_HIDDEN))
    figures.write_curves(
        curves, [figures.Log(*names, read_log(path)) for names, path in zip(trained, logs, strict=True)]
    )


if __name__ == "__main__":
    run_job(snakemake, main)
