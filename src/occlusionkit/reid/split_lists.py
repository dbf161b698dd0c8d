"""Who is trained on and who is tested, as text for anybody's program: published with the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..artifacts import Table


def splits_json(splits: Table) -> str:
    """Id lists of every split, one line for each list, to be published."""
    return _json_lists({str(split): parts for split, parts in _split_lists(splits).items()})


def _split_lists(splits: Table) -> dict[int, dict[str, list[int]]]:
    lists: dict[int, dict[str, list[int]]] = {}
    for split, identity, part in zip(*(splits[name].tolist() for name in ("split", "identity", "part")), strict=True):
        lists.setdefault(split, {"train": [], "test": []})[part].append(identity)
    return dict(sorted(lists.items()))


def published_splits(by_dataset: Mapping[str, Table]) -> str:
    """The id lists of several datasets in one JSON text, keyed "<dataset>, split <number>"; sets without splits bring
    none."""
    return _json_lists(
        {
            f"{dataset}, split {split}": parts
            for dataset, splits in by_dataset.items()
            for split, parts in _split_lists(splits).items()
        }
    )


def _json_lists(lists: Mapping[str, Mapping[str, list[int]]]) -> str:
    lines = []
    for name, parts in lists.items():
        halves = ",\n".join(f'    "{part}": {json.dumps(parts[part])}' for part in ("train", "test"))
        lines.append(f"  {json.dumps(name)}: {{\n{halves}\n  }}")
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"
