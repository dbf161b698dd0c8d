# Occlusion-Person in its official layout.


rule index_dataset:
    """Join frames and labels of all shards into one row per image."""
    input:
        frames=shard_files("captures", "frames.parquet"),
        labels=shard_files("labels", "labels.parquet"),
    output:
        index="results/index/occlusion_person.parquet",
        sidecar="results/index/occlusion_person.json",
    log:
        "results/logs/index_dataset.log",
    benchmark:
        "results/benchmarks/index_dataset.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=4000,
    params:
        code=code_digest("index_dataset.py", "occlusionkit.multiview.data"),
    script:
        "../scripts/index_dataset.py"


rule index_acquired:
    """Bring an acquired release, from its checked archives, to the same index as the studio's dataset."""
    input:
        annotations="results/index/{dataset}.items.parquet",
        files="results/index/{dataset}.files.parquet",
    output:
        index="results/index/{dataset}.images.parquet",
        sidecar="results/index/{dataset}.images.json",
    log:
        "results/logs/index_acquired/{dataset}.log",
    benchmark:
        "results/benchmarks/index_acquired/{dataset}.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=8000,
    params:
        code=code_digest("index_acquired.py"),
    script:
        "../scripts/index_acquired.py"


rule write_annotations:
    """Write the two official annotation pickles."""
    input:
        index="results/index/occlusion_person.parquet",
    output:
        train=f"{DATASET}/annot/unrealcv_train.pkl",
        validation=f"{DATASET}/annot/unrealcv_validation.pkl",
        sidecar="results/data/occlusion_person/annotations.json",
    log:
        "results/logs/write_annotations.log",
    benchmark:
        "results/benchmarks/write_annotations.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=6000,
    params:
        code=code_digest(
            "write_annotations.py",
            "occlusionkit.multiview.data",
            "occlusionkit.artifacts.pickles",
        ),
    script:
        "../scripts/write_annotations.py"


rule pack_images:
    """Put the images of all shards into the official images.zip."""
    input:
        shards=shard_files("captures", "images.zip"),
    output:
        archive=f"{DATASET}/images.zip",
        sidecar="results/data/occlusion_person/images.json",
    log:
        "results/logs/pack_images.log",
    benchmark:
        "results/benchmarks/pack_images.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        prefix="images/",
        code=code_digest("pack_images.py", "occlusionkit.artifacts.zips"),
    script:
        "../scripts/pack_images.py"


rule pack_depth:
    """Put the depth maps of all shards into one zip beside images.zip."""
    input:
        shards=shard_files("captures", "depth.zip"),
    output:
        archive=f"{DATASET}/depth.zip",
        sidecar="results/data/occlusion_person/depth.json",
    log:
        "results/logs/pack_depth.log",
    benchmark:
        "results/benchmarks/pack_depth.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        prefix="depth/",
        code=code_digest("pack_depth.py", "occlusionkit.artifacts.zips"),
    script:
        "../scripts/pack_depth.py"
