# Crops of people, whole and hidden, as surveillance cameras cut them out: the studio's stand-ins for re-ID sets.


rule render_crops:
    """Show some of the made-up people to six cameras, whole and behind things and passers-by, and cut them out."""
    input:
        identities="results/studio/identities/{part}.npz",
        passers="results/studio/people.npz",
    output:
        images="results/captures/crops/{part}/images.zip",
        crops="results/captures/crops/{part}/crops.parquet",
        sidecar="results/captures/crops/{part}/crops.json",
    log:
        "results/logs/render_crops/{part}.log",
    benchmark:
        "results/benchmarks/render_crops/{part}.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2500,
        runtime=120,
    params:
        people=config["crops"]["people"],
        each_side=config["crops"]["each_side"],
        market_images=config["crops"]["market_images"],
        renderer=config["studio"]["renderer"],
        seed=config["seed"],
        code=code_digest("render_crops.py", "occlusionkit.studio.crops.files"),
    script:
        "../scripts/render_crops.py"


rule write_crops:
    """Lay out the crops of people seen whole and hidden as Occluded-REID is published."""
    input:
        images=crop_files("images.zip", people_in_crops()),
        crops=crop_files("crops.parquet", people_in_crops()),
    output:
        folder=directory("results/data/occluded_reid/Occluded_REID"),
        index="results/index/crops.parquet",
        sidecar="results/index/crops.json",
    log:
        "results/logs/write_crops.log",
    benchmark:
        "results/benchmarks/write_crops.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("write_crops.py", "occlusionkit.studio.crops.files"),
    script:
        "../scripts/write_crops.py"


rule write_market_crops:
    """Lay out the crops of the other people, seen whole by six cameras, as Market-1501 is published."""
    input:
        images=crop_files("images.zip", people_in_market_crops()),
        crops=crop_files("crops.parquet", people_in_market_crops()),
    output:
        folder=directory("results/data/market/Market-1501-v15.09.15"),
        index="results/index/market_crops.parquet",
        sidecar="results/index/market_crops.json",
    log:
        "results/logs/write_market_crops.log",
    benchmark:
        "results/benchmarks/write_market_crops.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("write_market_crops.py", "occlusionkit.studio.crops.files"),
    script:
        "../scripts/write_market_crops.py"
