# Re-identification of occluded people: datasets, trainings and features; then protocols, tables and figures.


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
    """All of one method's networks: features of every query and gallery image, and how well they tell occluded from whole."""
    input:
        weights=reid_trainings(f"{REID_MODEL}/weights.pt"),
        cards=reid_trainings(f"{REID_MODEL}/model.json"),
        index="results/index/reid/{target}.parquet",
        images="results/index/reid/{target}.zip",
    output:
        features=reid_trainings(f"{REID_FEATURES}/features.npy"),
        tables=reid_trainings(f"{REID_FEATURES}/features.parquet"),
        occlusion=reid_trainings(f"{REID_FEATURES}/occlusion_calls.parquet"),
        sidecar="results/predictions/reid/{target}/{method}-{part}.json",
    log:
        "results/logs/extract_reid_features/{target}/{method}-{part}.log",
    benchmark:
        "results/benchmarks/extract_reid_features/{target}/{method}-{part}.tsv"
    wildcard_constraints:
        target=REID_NAMES["target"],
        method=REID_NAMES["method"],
        part=REID_NAMES["part"],
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


rule draw_reid_attention:
    """What training sees, what the trained networks look at, and how much of that lies on a simulated patch."""
    input:
        index="results/index/reid/{target}.parquet",
        images="results/index/reid/{target}.zip",
        weights=lambda wc: [
            f"results/models/reid/{wc.target}/{method}-split0-seed1/weights.pt"
            for method in config["reid"]["methods"]
        ],
        cards=lambda wc: [
            f"results/models/reid/{wc.target}/{method}-split0-seed1/model.json"
            for method in config["reid"]["methods"]
        ],
    output:
        simulated="results/figures/reid/{target}/simulated.jpg",
        attention="results/figures/reid/{target}/attention.jpg",
        evidence="results/tables/reid/{target}/patch_evidence.parquet",
        sidecar="results/figures/reid/{target}/attention.json",
    log:
        "results/logs/draw_reid_attention/{target}.log",
    benchmark:
        "results/benchmarks/draw_reid_attention/{target}.tsv"
    wildcard_constraints:
        target=REID_NAMES["target"],
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        people=8,
        sections={
            name: config["reid"][name] for name in ("simulator", "erasing", "augment")
        },
        show_pictures=lambda wc: (
            config["reid"]["datasets"][wc.target]["folder"] == "studio"
            or config["report"]["show_real_people"]
        ),
        code=code_digest("draw_reid_attention.py", "occlusionkit.tables.reid_attention"),
    script:
        "../scripts/draw_reid_attention.py"


# Protocols, tables, figures


rule describe_reid_stripes:
    """Colour histograms of six stripes: features that need no training."""
    input:
        index="results/index/reid/{target}.parquet",
        images="results/index/reid/{target}.zip",
    output:
        features="results/predictions/reid/{target}/stripes/features.npy",
        table="results/predictions/reid/{target}/stripes/features.parquet",
        sidecar="results/predictions/reid/{target}/stripes/features.json",
    log:
        "results/logs/describe_reid_stripes/{target}.log",
    benchmark:
        "results/benchmarks/describe_reid_stripes/{target}.tsv"
    wildcard_constraints:
        target=REID_NAMES["target"],
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("describe_reid_stripes.py"),
    script:
        "../scripts/describe_reid_stripes.py"


rule evaluate_reid:
    """Score the features of all models of a dataset under one protocol."""
    input:
        features=lambda wc: [
            f"results/predictions/reid/{wc.target}/{model}/features.npy"
            for model in reid_scored(wc.target)[wc.protocol]
        ],
        tables=lambda wc: [
            f"results/predictions/reid/{wc.target}/{model}/features.parquet"
            for model in reid_scored(wc.target)[wc.protocol]
        ],
    output:
        scored=f"{REID_SCORES}/items.parquet",
        draws=f"{REID_SCORES}/draws.parquet",
        metrics=multiext(f"{REID_SCORES}/metrics", ".parquet", ".csv", ".json"),
        splits=multiext(f"{REID_SCORES}/splits", ".parquet", ".json"),
        sidecar=f"{REID_SCORES}/scores.json",
    log:
        "results/logs/evaluate_reid/{target}/{protocol}.log",
    benchmark:
        "results/benchmarks/evaluate_reid/{target}/{protocol}.tsv"
    wildcard_constraints:
        target=REID_NAMES["target"],
        protocol="|".join(PROTOCOLS),
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=4000,
    params:
        protocol="{protocol}",
        tested_on=lambda wc: {
            model: reid_splits_of(wc.target, model)
            for model in reid_scored(wc.target)[wc.protocol]
        },
        settings={
            key: config["reid"]["evaluation"][key]
            for key in ("shots", "draws", "few", "ties")
        },
        code=code_digest("evaluate_reid.py"),
    script:
        "../scripts/evaluate_reid.py"


rule build_reid_tables:
    """All scores with intervals, differences between methods, and the paper's tables with ours beside."""
    input:
        scored=reid_scores("items.parquet"),
        draws=reid_scores("draws.parquet"),
        splits=reid_scores("splits.parquet"),
        calls=[
            f"results/predictions/reid/{target}/{model}/occlusion_calls.parquet"
            for target, model in reid_with_head()
        ],
    output:
        results=multiext(
            "results/tables/reid/results", ".parquet", ".csv", ".md", ".tex"
        ),
        differences=multiext(
            "results/tables/reid/differences", ".parquet", ".csv", ".md", ".tex"
        ),
        ablation=multiext(
            "results/tables/reid/ablation", ".parquet", ".csv", ".md", ".tex"
        ),
        comparison=multiext(
            "results/tables/reid/comparison", ".parquet", ".csv", ".md", ".tex"
        ),
        single_query=multiext(
            "results/tables/reid/single_query", ".parquet", ".csv", ".md", ".tex"
        ),
        heads=multiext(
            "results/tables/reid/occlusion_head", ".parquet", ".csv", ".md", ".tex"
        ),
        split_lists="results/tables/reid/splits.json",
        sidecar="results/tables/reid/tables.json",
    log:
        "results/logs/build_reid_tables.log",
    benchmark:
        "results/benchmarks/build_reid_tables.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        measured=reid_measured(),
        heads_of=reid_with_head(),
        code=code_digest("build_reid_tables.py"),
    script:
        "../scripts/build_reid_tables.py"


rule draw_reid_figures:
    """CMC curves with their bands, and ranked lists with right answers in green and wrong ones in red."""
    input:
        scored=reid_scores("items.parquet"),
        features=lambda wc: expand(
            "results/predictions/reid/{target}/{model}/features.npy",
            target=reid_shown()[0],
            model=reid_shown()[1],
        ),
        tables=lambda wc: expand(
            "results/predictions/reid/{target}/{model}/features.parquet",
            target=reid_shown()[0],
            model=reid_shown()[1],
        ),
        images=f"results/index/reid/{config['reid']['targets'][0]}.zip",
    output:
        curves="results/figures/reid/cmc.png",
        ranked="results/figures/reid/ranked.jpg",
        sidecar="results/figures/reid/figures.json",
    log:
        "results/logs/draw_reid_figures.log",
    benchmark:
        "results/benchmarks/draw_reid_figures.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        measured=reid_measured(),
        examples=config["reid"]["evaluation"]["examples"],
        show_pictures=(
            reid_measured()[0][3] == "studio" or config["report"]["show_real_people"]
        ),
        code=code_digest("draw_reid_figures.py"),
    script:
        "../scripts/draw_reid_figures.py"
