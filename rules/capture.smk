# Posing people and taking their pictures through an UnrealCV server.


# Parts of other captures have names of their own.
wildcard_constraints:
    shard=r"shard-\d+",


rule plan_capture:
    """Lay down which instants are captured, by which job."""
    input:
        motion_files=motion_files(),
    output:
        plan="results/captures/{capture}/plan.parquet",
        sidecar="results/captures/{capture}/plan.json",
    log:
        "results/logs/plan_capture/{capture}.log",
    benchmark:
        "results/benchmarks/plan_capture/{capture}.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        size=slice_of("capture", *PLAN_KEYS),
        motions=config["motions"],
        code=code_digest("plan_capture.py", "occlusionkit.capture.takes"),
    script:
        "../scripts/plan_capture.py"


rule capture_shard:
    """Pose people and grab colour, depth and masks of all eight cameras, for one shard of the plan."""
    input:
        plan="results/captures/{capture}/plan.parquet",
        people="results/studio/people.npz",
        light=expand("results/studio/light/{scene}.npz", scene=range(SCENES)),
        motion_files=motion_files(),
    output:
        images="results/captures/{capture}/{shard}/images.zip",
        depth=(
            "results/captures/{capture}/{shard}/depth.zip"
            if config["capture"]["keep_depth"]
            else temp("results/captures/{capture}/{shard}/depth.zip")
        ),
        masks="results/captures/{capture}/{shard}/masks.zip",
        frames="results/captures/{capture}/{shard}/frames.parquet",
        instances="results/captures/{capture}/{shard}/instances.parquet",
        sidecar="results/captures/{capture}/{shard}/capture.json",
    log:
        "results/logs/capture_shard/{capture}/{shard}.log",
    benchmark:
        "results/benchmarks/capture_shard/{capture}/{shard}.tsv"
    conda:
        "../envs/core.yaml"
    threads: config["capture"]["threads"]
    resources:
        mem_mb=2500,
        runtime=120,
    params:
        shard=lambda wildcards: int(wildcards.shard.removeprefix("shard-")),
        server=config["capture"]["server"],
        renderer=config["studio"]["renderer"],
        size_hw=[config["capture"]["height"], config["capture"]["width"]],
        cameras=config["capture"]["cameras"],
        jpeg_quality=config["capture"]["jpeg_quality"],
        folder=config["motions"]["folder"],
        seed=config["seed"],
        # The server is a process of its own: what it imports is not reached from the session.
        code=code_digest(
            "capture_shard.py",
            "occlusionkit.capture.session",
            "occlusionkit.studio.server.__main__",
        ),
    script:
        "../scripts/capture_shard.py"
