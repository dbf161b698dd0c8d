# Re-identification of occluded people: datasets, trainings and features; then protocols, tables and figures.
from occlusionkit.learning.settings import TrainSettings
from occlusionkit.reid.layouts import layout_named
from occlusionkit.reid.methods import METHODS, method_named, sections_of

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
        for method in chosen["methods"]:
            method_named(method)
        TrainSettings.of(chosen["train"], seed=0)
    except ValueError as error:
        raise WorkflowError(f"reid: {error}") from None


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
        for run in range(1, chosen["seeds"] + 1)
    ]


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


stop_on_bad_reid_config()


# Datasets, trainings, features


rule index_reid:
    """Check one dataset's layout, open every image, and pack the files into one zip."""
    input:
        source=lambda wc: (
            f"results/index/{wc.target}.files.parquet"
            if config["reid"]["datasets"][wc.target]["folder"] == "acquired"
            else reid_source(wc.target)
        ),
    output:
        index="results/index/reid/{target}.parquet",
        images="results/index/reid/{target}.zip",
        sidecar="results/index/reid/{target}.json",
    log:
        "results/logs/index_reid/{target}.log",
    benchmark:
        "results/benchmarks/index_reid/{target}.tsv"
    wildcard_constraints:
        **{"target": REID_NAMES["target"]},
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        folder=lambda wc: reid_source(wc.target),
        layout=lambda wc: config["reid"]["datasets"][wc.target]["layout"],
        sides=lambda wc: config["reid"]["datasets"][wc.target].get("sides", {}),
        counts=lambda wc: reid_counts(wc.target),
        code=code_digest("index_reid.py", "occlusionkit.reid.crops"),
    script:
        "../scripts/index_reid.py"


rule train_reid:
    """Train one method on one part of a dataset; a killed training goes on from its last epoch."""
    input:
        index=lambda wc: f"results/index/reid/{reid_trained_on(wc)}.parquet",
        images=lambda wc: f"results/index/reid/{reid_trained_on(wc)}.zip",
    output:
        weights=f"{REID_MODEL}/weights.pt",
        log=f"{REID_MODEL}/log.csv",
        record=f"{REID_MODEL}/training.json",
        card=f"{REID_MODEL}/model.json",
        sidecar=f"{REID_MODEL}/job.json",
    log:
        "results/logs/train_reid/{target}/{method}-{part}-seed{run}.log",
    benchmark:
        "results/benchmarks/train_reid/{target}/{method}-{part}-seed{run}.tsv"
    wildcard_constraints:
        **REID_NAMES,
    conda:
        "../envs/core.yaml"
    # Those that compute are fixed: sums are cut in as many pieces. Loader processes come on top.
    threads: config["reid"]["threads"] + config["reid"]["train"].get("workers", 0)
    resources:
        mem_mb=4000,
        gpu=reid_gpus(),
    params:
        method="{method}",
        split=reid_split,
        run=lambda wc: int(wc.run),
        seed=config["seed"],
        sections=lambda wc: {
            name: config["reid"][name] for name in sections_of(METHODS[wc.method])
        },
        settings=config["reid"]["train"],
        textures=lambda wc: (
            config["reid"]["textures"]
            if METHODS[wc.method].copy == "simulated"
            else None
        ),
        trained_on=reid_trained_on,
        device=config["reid"]["device"],
        processes=config["reid"]["processes"],
        compute_threads=config["reid"]["threads"],
        code=code_digest("train_reid.py", "occlusionkit.reid.train"),
    script:
        "../scripts/train_reid.py"


rule extract_reid_features:
    """One network's features of every query and gallery image, and how well it tells occluded from whole."""
    input:
        weights=f"{REID_MODEL}/weights.pt",
        card=f"{REID_MODEL}/model.json",
        index="results/index/reid/{target}.parquet",
        images="results/index/reid/{target}.zip",
    output:
        features=f"{REID_FEATURES}/features.npy",
        table=f"{REID_FEATURES}/features.parquet",
        occlusion=f"{REID_FEATURES}/occlusion_calls.parquet",
        sidecar=f"{REID_FEATURES}/features.json",
    log:
        "results/logs/extract_reid_features/{target}/{method}-{part}-seed{run}.log",
    benchmark:
        "results/benchmarks/extract_reid_features/{target}/{method}-{part}-seed{run}.tsv"
    wildcard_constraints:
        **REID_NAMES,
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        gpu=1 if reid_gpus() else 0,
    params:
        dataset="{target}",
        simulator=config["reid"]["simulator"],
        device=config["reid"]["device"],
        code=code_digest("extract_reid_features.py", "occlusionkit.reid.features"),
    script:
        "../scripts/extract_reid_features.py"


# Protocols, tables, figures
