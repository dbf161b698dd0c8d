# Faces: generated sets, training sets made of them, networks trained on those, and how well they find visible faces.
import dataclasses

from occlusionkit.face.networks.catalogue import NETWORKS
from occlusionkit.face.presets import GENERATED, TRAINING_SETS, scaled_to
from occlusionkit.face.settings_files import replaced, settings_to_mapping
from occlusionkit.face.sources import (
    FACE_FOLDERS,
    OCCLUDER_FOLDERS,
    TEST_SETS,
    groups_of,
    set_slug,
)
from occlusionkit.face.training_settings import read_schedule

FACE_MODEL = "results/models/face/{network}.{trained_on}.{run}"
FACE_METRICS = "results/metrics/face/{network}.{trained_on}.{run}"
FACE_MASKS = "results/predictions/face/{network}.{trained_on}.{run}"
FACE_SLUGS = {set_slug(name): name for name in TRAINING_SETS}


wildcard_constraints:
    face_set="|".join(GENERATED),
    face_group="|".join([*FACE_FOLDERS, *TEST_SETS]),
    face_network="|".join(NETWORKS),


def stop_on_bad_face_config():
    """What the schema cannot see: keys of schedules and sets, and networks without a schedule."""
    try:
        for name in config["face"]["networks"]:
            face_schedule(name)
        for name in config["face"]["sets"]:
            face_set_settings(name)
    except ValueError as error:
        raise WorkflowError(str(error)) from None


def face_schedule(network):
    """How a network is trained, checked."""
    schedules = config["face"]["schedules"]
    if network not in schedules:
        raise ValueError(
            f"face.schedules: expected one for {network}, which face.networks names"
        )
    read_schedule(
        schedules[network], network=network, size_px=config["face"]["size_px"], seed=0
    )
    return schedules[network]


def face_images_seen(network):
    """Images of one training, each counted as often as it comes."""
    own, shared = read_schedule(
        face_schedule(network),
        network=network,
        size_px=config["face"]["size_px"],
        seed=0,
    )
    return own.steps_per_epoch * shared.epochs * shared.batch_size


def face_set_settings(name):
    """All parameters of a generated set: the paper's, for images of another size, then the config's."""
    changes = config["face"]["sets"].get(name, {})
    paper = dataclasses.replace(GENERATED[name], seed=config["seed"])
    chosen = scaled_to(paper, config["face"]["sets_side_px"])
    try:
        return settings_to_mapping(replaced(chosen, changes))
    except ValueError as error:
        raise ValueError(f"face.sets.{name}: {error}") from None


def face_folder(name):
    """One of upstream's folders of faces, occluders or textures: rendered here, or the user's."""
    source = config["datasets"]["faces"]
    return f"{'results/data/face' if source == 'studio' else source}/{name}"


def face_test_source(name):
    """Where a test set's images come from: studio, acquired, folder, or None for a set that is left out."""
    source = config["datasets"].get(name)
    if source is None or source == "studio":
        return source
    return "acquired" if source in MANIFEST else "folder"


def face_photo_folders(group):
    """Images and masks of a group of photographs; none for an acquired release, whose index lists them."""
    if group in FACE_FOLDERS:
        return [face_folder(name) for name in FACE_FOLDERS[group]]
    source, value = face_test_source(group), config["datasets"][group]
    if source == "acquired":
        return []
    root = f"results/data/{group}" if source == "studio" else value
    return [f"{root}/image", f"{root}/mask"]


def face_is_rendered(group):
    """Whether a group's photographs come from the studio, which knows who they show."""
    return config["datasets"]["faces" if group in FACE_FOLDERS else group] == "studio"


def face_portraits(group):
    """The studio's table of a group that it rendered: who is seen, how much is hidden; none for others."""
    dataset = "occluded" if group == "occluded_original" else group
    return [portrait_table(dataset)] if face_is_rendered(group) else []


def face_release(group):
    """Index of an acquired test set; none for others."""
    if group in FACE_FOLDERS or face_test_source(group) != "acquired":
        return []
    return [f"results/index/{config['datasets'][group]}.files.parquet"]


def face_tests():
    """Test sets that there are."""
    return [name for name in TEST_SETS if face_test_source(name) is not None]


def face_outputs():
    """What a run of this system makes."""
    return ["results/tables/face/results.md", "results/figures/face/samples.jpg"]


def face_models():
    """Network, training set and run of every training."""
    chosen = config["face"]
    return [
        (network, name, run)
        for network in chosen["networks"]
        for name in chosen["training_sets"]
        for run in range(1, chosen["runs"] + 1)
    ]


def face_files(pattern, *, first_run_only=False):
    """One file of every training, in the order of face_models."""
    return [
        pattern.format(network=network, trained_on=set_slug(name), run=run)
        for network, name, run in face_models()
        if run == 1 or not first_run_only
    ]


def face_groups():
    """Groups of all training sets, in the order in which the training sets name them."""
    names = config["face"]["training_sets"]
    return list(dict.fromkeys(group for name in names for group in groups_of(name)))


def face_gpus():
    """GPUs of one training."""
    return config["face"]["processes"] if config["face"]["device"] == "cuda" else 0


def face_may_be_shown(group):
    """Pictures of real people enter figures only where the config says so."""
    rendered = face_is_rendered(group if group in TEST_SETS else "clean")
    return rendered or config["report"]["show_real_people"]


stop_on_bad_face_config()


rule make_face_set:
    """Paste occluders on all clean faces: one generated set."""
    input:
        faces=face_folder(FACE_FOLDERS["clean"][0]),
        masks=face_folder(FACE_FOLDERS["clean"][1]),
        occluders=lambda wc: [
            face_folder(name) for name in OCCLUDER_FOLDERS[wc.face_set]
        ],
    output:
        folder=directory("results/synth/{face_set}"),
        sidecar="results/synth/{face_set}.json",
    log:
        "results/logs/make_face_set/{face_set}.log",
    benchmark:
        "results/benchmarks/make_face_set/{face_set}.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        settings=lambda wc: face_set_settings(wc.face_set),
        code=code_digest("make_face_set.py", "occlusionkit.face.sets"),
    script:
        "../scripts/make_face_set.py"


rule index_face_photos:
    """Read each photograph of a group or test set once, with its mask, and list them."""
    input:
        folders=lambda wc: face_photo_folders(wc.face_group),
        portraits=lambda wc: face_portraits(wc.face_group),
        release=lambda wc: face_release(wc.face_group),
    output:
        index="results/index/face/{face_group}.parquet",
        sidecar="results/index/face/{face_group}.json",
    log:
        "results/logs/index_face_photos/{face_group}.log",
    benchmark:
        "results/benchmarks/index_face_photos/{face_group}.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        group="{face_group}",
        folder=lambda wc: f"results/data/{config['datasets'].get(wc.face_group)}",
        code=code_digest("index_face_photos.py"),
    script:
        "../scripts/index_face_photos.py"


rule index_face_set:
    """Read each image of a generated set once, with its mask, and list them."""
    input:
        folder="results/synth/{face_set}",
        faces="results/index/face/clean.parquet",
    output:
        index="results/index/face/{face_set}.parquet",
        sidecar="results/index/face/{face_set}.json",
    log:
        "results/logs/index_face_set/{face_set}.log",
    benchmark:
        "results/benchmarks/index_face_set/{face_set}.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        group="{face_set}",
        code=code_digest("index_face_set.py"),
    script:
        "../scripts/index_face_set.py"


rule train_face:
    """Train one network on one training set; a killed training goes on from its last epoch."""
    input:
        groups=lambda wc: [
            f"results/index/face/{group}.parquet"
            for group in groups_of(FACE_SLUGS[wc.trained_on])
        ],
    output:
        weights=f"{FACE_MODEL}/weights.pt",
        log=f"{FACE_MODEL}/log.csv",
        record=f"{FACE_MODEL}/training.json",
        card=f"{FACE_MODEL}/model.json",
        sidecar=f"{FACE_MODEL}/job.json",
    log:
        "results/logs/train_face/{network}.{trained_on}.{run}.log",
    benchmark:
        "results/benchmarks/train_face/{network}.{trained_on}.{run}.tsv"
    wildcard_constraints:
        network="|".join(NETWORKS),
        trained_on="|".join(FACE_SLUGS),
        run=r"\d+",
    conda:
        "../envs/core.yaml"
    # Those that compute are fixed: sums are cut in as many pieces. Loader processes only wait and read.
    threads: lambda wc: config["face"]["threads"] + face_schedule(wc.network).get("workers", 0)
    resources:
        mem_mb=4000,
        gpu=face_gpus(),
    params:
        network="{network}",
        training_set=lambda wc: FACE_SLUGS[wc.trained_on],
        run=lambda wc: int(wc.run),
        seed=config["seed"],
        size_px=config["face"]["size_px"],
        validation_share=config["face"]["validation_share"],
        schedule=lambda wc: face_schedule(wc.network),
        pretrained=lambda wc: config["face"]["pretrained"].get(wc.network),
        device=config["face"]["device"],
        processes=config["face"]["processes"],
        compute_threads=config["face"]["threads"],
        code=code_digest(
            "train_face.py", "occlusionkit.face.train", "occlusionkit.learning.launch"
        ),
    script:
        "../scripts/train_face.py"


rule evaluate_face:
    """Find the visible faces of all test sets with one trained network, and score them."""
    input:
        weights=f"{FACE_MODEL}/weights.pt",
        card=f"{FACE_MODEL}/model.json",
        examples=[f"results/index/face/{name}.parquet" for name in face_tests()],
    output:
        scores=[f"{FACE_METRICS}/{name}.parquet" for name in face_tests()],
        overviews=[f"{FACE_METRICS}/{name}.summary.json" for name in face_tests()],
        masks=[f"{FACE_MASKS}/{name}.zip" for name in face_tests()],
        sidecar=f"{FACE_METRICS}/job.json",
    log:
        "results/logs/evaluate_face/{network}.{trained_on}.{run}.log",
    benchmark:
        "results/benchmarks/evaluate_face/{network}.{trained_on}.{run}.tsv"
    wildcard_constraints:
        network="|".join(NETWORKS),
        trained_on="|".join(FACE_SLUGS),
        run=r"\d+",
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        gpu=min(face_gpus(), 1),
    params:
        test_time=config["face"]["test_time"],
        device=config["face"]["device"],
        code=code_digest("evaluate_face.py", "occlusionkit.face.evaluate"),
    script:
        "../scripts/evaluate_face.py"


rule build_face_tables:
    """The paper's Table 2 with what was measured here beside it, and scores by hidden fraction."""
    input:
        scores=[
            file
            for test_set in face_tests()
            for file in face_files(f"{FACE_METRICS}/{test_set}.parquet")
        ],
    output:
        results=multiext(
            "results/tables/face/results", ".parquet", ".csv", ".md", ".tex"
        ),
        hidden=multiext("results/tables/face/hidden", ".parquet", ".csv", ".md", ".tex"),
        sidecar="results/tables/face/tables.json",
    log:
        "results/logs/build_face_tables.log",
    benchmark:
        "results/benchmarks/build_face_tables.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        measured=[
            [network, name, run, test_set]
            for test_set in face_tests()
            for network, name, run in face_models()
        ],
        sources={name: face_test_source(name) for name in face_tests()},
        images_seen={
            name: face_images_seen(name) for name in config["face"]["networks"]
        },
        trained_on=config["datasets"]["faces"],
        size_px=config["face"]["size_px"],
        code=code_digest("build_face_tables.py", "occlusionkit.tables.face"),
    script:
        "../scripts/build_face_tables.py"


rule draw_face_figures:
    """Draw what is trained on, what networks find and where they fail, and how scores move."""
    input:
        groups=[f"results/index/face/{group}.parquet" for group in face_groups()],
        examples=f"results/index/face/{face_tests()[0]}.parquet",
        scores=face_files(
            f"{FACE_METRICS}/{face_tests()[0]}.parquet", first_run_only=True
        ),
        masks=face_files(f"{FACE_MASKS}/{face_tests()[0]}.zip", first_run_only=True),
        logs=face_files(f"{FACE_MODEL}/log.csv"),
        hidden="results/tables/face/hidden.parquet",
    output:
        samples="results/figures/face/samples.jpg",
        predictions="results/figures/face/predictions.jpg",
        failures="results/figures/face/failures.jpg",
        hidden_chart="results/figures/face/hidden.png",
        curves="results/figures/face/curves.png",
        sidecar="results/figures/face/figures.json",
    log:
        "results/logs/draw_face_figures.log",
    benchmark:
        "results/benchmarks/draw_face_figures.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        group_names=face_groups(),
        group_shown=[face_may_be_shown(group) for group in face_groups()],
        test_shown=face_may_be_shown(face_tests()[0]),
        compared=[[network, name] for network, name, run in face_models() if run == 1],
        trained=[list(one) for one in face_models()],
        amount=config["report"]["samples"],
        code=code_digest("draw_face_figures.py", "occlusionkit.tables.face_figures"),
    script:
        "../scripts/draw_face_figures.py"
