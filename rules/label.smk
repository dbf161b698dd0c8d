# Which joints are hidden.


rule label_occlusion:
    """Mark every joint of one shard visible or not, from planar depth."""
    input:
        frames="results/captures/{capture}/{shard}/frames.parquet",
        instances="results/captures/{capture}/{shard}/instances.parquet",
        depth="results/captures/{capture}/{shard}/depth.zip",
        masks="results/captures/{capture}/{shard}/masks.zip",
    output:
        labels="results/labels/{capture}/{shard}/labels.parquet",
        sidecar="results/labels/{capture}/{shard}/labels.json",
    log:
        "results/logs/label_occlusion/{capture}/{shard}.log",
    benchmark:
        "results/benchmarks/label_occlusion/{capture}/{shard}.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        rule=config["label"],
        code=code_digest("label_occlusion.py", "occlusionkit.occlusion.stage"),
    script:
        "../scripts/label_occlusion.py"
