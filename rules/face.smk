# Faces: generated sets, training sets made of them, networks trained on those, and how well they find visible faces.


wildcard_constraints:
    face_set="|".join(GENERATED),
    face_group="|".join([*FACE_FOLDERS, *TEST_SETS]),


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
