# What the rules of re-identification share: names, sources, and which models are trained and scored. Functions only.
from occlusionkit.learning.settings import TrainSettings
from occlusionkit.reid.checks import from_mapping
from occlusionkit.reid.layouts import layout_named
from occlusionkit.reid.methods import (
    METHODS,
    NetworkSettings,
    method_named,
    sections_of,
)
from occlusionkit.reid.protocols import PROTOCOLS, SHIPPED

REID_MODEL = "results/models/reid/{target}/{method}-{part}-seed{run}"
REID_FEATURES = "results/predictions/reid/{target}/{method}-{part}-seed{run}"
# What the studio renders, by layout.
REID_STUDIO = {
    "occluded_reid": "results/data/occluded_reid/Occluded_REID",
    "market1501": "results/data/market/Market-1501-v15.09.15",
}
REID_NAMES = dict(
    target="|".join(config["reid"]["datasets"]),
    method="|".join(METHODS),
    part="|".join([r"split\d+", "train", *config["reid"]["datasets"]]),
    run=r"\d+",
)


def stop_on_bad_reid_config():
    """What the schema cannot see: names that stand for nothing, and settings of training that exclude each other."""
    chosen = config["reid"]
    try:
        for name in chosen["datasets"]:
            reid_source(name)
        for key in ("targets", "sources", "supervised"):
            unknown = sorted(set(chosen[key]) - set(chosen["datasets"]))
            if unknown:
                raise ValueError(f"{key}: {unknown} are none of reid.datasets")
        network = from_mapping(NetworkSettings, chosen["network"])
        for method in chosen["methods"]:
            network.parts_of(method_named(method))
        TrainSettings.of(chosen["train"], seed=0)
    except ValueError as error:
        raise WorkflowError(f"reid: {error}") from None


def reid_outputs():
    """What a run of this system makes."""
    return ["results/tables/reid/results.md", "results/figures/reid/cmc.png"]


def reid_source(name):
    """The folder of a dataset: the studio's, an acquired release's, or the user's."""
    described = config["reid"]["datasets"][name]
    layout, folder = layout_named(described["layout"]), described["folder"]
    if folder == "studio":
        if layout.name not in REID_STUDIO:
            raise ValueError(
                f"datasets.{name}: the studio stands in for {', '.join(REID_STUDIO)}, not for {layout.name}"
            )
        return REID_STUDIO[layout.name]
    if folder == "acquired":
        if name not in MANIFEST:
            raise ValueError(f"datasets.{name}: no manifest has a dataset of this name")
        return f"results/data/{name}"
    if not Path(folder).is_dir():
        raise ValueError(f"datasets.{name}.folder: no folder at {folder!r}")
    return folder


def reid_counts(name):
    """official: the release's counts are checked, those of whole releases only."""
    described = config["reid"]["datasets"][name]
    return (
        "any"
        if described["folder"] == "studio"
        else described.get("counts", "official")
    )


def reid_models(target):
    """Trainings whose features of this dataset are scored: on halves of it, on other datasets, on its training part."""
    chosen = config["reid"]
    parts = [f"split{split}" for split in range(chosen["splits"])]
    parts += [source for source in chosen["sources"] if source != target]
    parts += ["train"] * (target in chosen["supervised"])
    return [
        f"{method}-{part}-seed{run}"
        for part in parts
        for method in chosen["methods"]
        if not (METHODS[method].needs_occluded and part in reid_whole_only())
        for run in range(1, chosen["seeds"] + 1)
    ]


def reid_trainings(path):
    """A path for each training of a method: their features are made by one job, which mostly waits for its imports."""
    runs = range(1, config["reid"]["seeds"] + 1)
    return expand(path, run=runs, allow_missing=True)


def reid_whole_only():
    """Datasets without occluded images."""
    known = config["reid"]["datasets"]
    return [name for name in known if known[name]["layout"] == "market1501"]


def reid_trained_on(wildcards):
    """The dataset whose images a network sees."""
    known = config["reid"]["datasets"]
    return wildcards.part if wildcards.part in known else wildcards.target


def reid_split(wildcards):
    """The number of the half split, None where the dataset's own training part is trained on."""
    part = wildcards.part
    return int(part.removeprefix("split")) if part.startswith("split") else None


def reid_gpus():
    """GPUs of one training."""
    return config["reid"]["processes"] if config["reid"]["device"] == "cuda" else 0


# Datasets, trainings, features


REID_SCORES = "results/metrics/reid/{target}/{protocol}"


def reid_scored(target):
    """Protocol -> models that are scored under it. The descriptor without training is scored under each."""
    trained = {model: model.split("-")[1] for model in reid_models(target)}
    halves = [model for model, part in trained.items() if part.startswith("split")]
    shipped = [model for model, part in trained.items() if part == "train"]
    transferred = [m for m in trained if m not in {*halves, *shipped}]
    layout = layout_named(config["reid"]["datasets"][target]["layout"])
    if layout.name == "market1501":
        return {"market1501": ["stripes", *shipped, *transferred]}
    scored = {
        "icme18": ["stripes", *(shipped if reid_ships_split(target) else halves)],
        "transfer": ["stripes", *transferred],
    }
    if target in config["reid"]["supervised"]:
        scored["supervised"] = ["stripes", *shipped]
    return scored


def reid_ships_split(target):
    """Whether the release says who is trained on and who is tested."""
    layout = layout_named(config["reid"]["datasets"][target]["layout"])
    return "train" in getattr(layout, "parts", ())


def reid_splits_of(target, model):
    """Half splits that a model is tested on: those it was not trained on, all of them for what needs no training."""
    if reid_ships_split(target):
        return [SHIPPED]
    if model == "stripes":
        return list(range(config["reid"]["evaluation"]["splits"]))
    part = model.split("-")[1]
    return [int(part.removeprefix("split"))] if part.startswith("split") else [0]


def reid_scores(name):
    """One file of every (target, protocol), in the order of reid_measured."""
    return [
        f"{REID_SCORES}/{name}".format(target=target, protocol=protocol)
        for target, protocol, _, _ in reid_measured()
    ]


def reid_measured():
    """Target, protocol, layout and source of the images, for everything that is scored."""
    known = config["reid"]["datasets"]
    return [
        [target, protocol, known[target]["layout"], known[target]["folder"]]
        for target in config["reid"]["targets"]
        for protocol in reid_scored(target)
    ]


def reid_with_head():
    """Target and model of every scored network that tells occluded from whole."""
    return [
        [target, model]
        for target in config["reid"]["targets"]
        for model in dict.fromkeys(sum(reid_scored(target).values(), []))
        if model != "stripes" and METHODS[model.split("-")[0]].occlusion_head
    ]


def reid_shown():
    """The target of the figure of ranked lists, and its models: no training, baseline and AFPB, where they are."""
    target = config["reid"]["targets"][0]
    scored = reid_scored(target)
    models = scored.get("icme18", next(iter(scored.values())))
    wanted = [f"{method}-" for method in ("baseline", "afpb")]
    firsts = [
        next((m for m in models if m.startswith(start)), None) for start in wanted
    ]
    return target, ["stripes", *(model for model in firsts if model)]


stop_on_bad_reid_config()
