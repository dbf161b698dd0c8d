# The studio's face data, in the layouts of the published sets: docs/portraits.md.


rule render_clean_faces:
    """Take portraits of the people for training, nothing before their faces (CelebAMask-HQ-WO-Train)."""
    input:
        people=everybody(),
    output:
        images=directory(portrait_folder("clean", "images")),
        masks=directory(portrait_folder("clean", "masks")),
        table=portrait_table("clean"),
        sidecar="results/index/portraits/clean.json",
    log:
        "results/logs/render_clean_faces.log",
    benchmark:
        "results/benchmarks/render_clean_faces.tsv"
    conda:
        "../envs/core.yaml"
    threads: config["portraits"]["threads"]
    resources:
        mem_mb=lambda wildcards, threads: 1000 + 1000 * threads,
        runtime=600,
    params:
        amount=config["portraits"]["clean"],
        size_px=config["portraits"]["size_px"],
        identities=config["identities"]["amount"],
        renderer=config["studio"]["renderer"],
        seed=config["seed"],
        code=code_digest("render_clean_faces.py", "occlusionkit.studio.portraits.sets"),
    script:
        "../scripts/render_clean_faces.py"


rule render_occluded_faces:
    """Take portraits of the people for training with things before their faces (CelebAMask-HQ-O), labelled twice."""
    input:
        people=everybody(),
    output:
        images=directory(portrait_folder("occluded", "images")),
        masks=directory(portrait_folder("occluded", "masks")),
        whole_masks=directory(portrait_folder("occluded", "whole_masks")),
        table=portrait_table("occluded"),
        sidecar="results/index/portraits/occluded.json",
    log:
        "results/logs/render_occluded_faces.log",
    benchmark:
        "results/benchmarks/render_occluded_faces.tsv"
    conda:
        "../envs/core.yaml"
    threads: config["portraits"]["threads"]
    resources:
        mem_mb=lambda wildcards, threads: 1000 + 1000 * threads,
        runtime=600,
    params:
        amount=config["portraits"]["occluded"],
        size_px=config["portraits"]["size_px"],
        identities=config["identities"]["amount"],
        renderer=config["studio"]["renderer"],
        seed=config["seed"],
        code=code_digest(
            "render_occluded_faces.py", "occlusionkit.studio.portraits.sets"
        ),
    script:
        "../scripts/render_occluded_faces.py"


rule render_test_faces:
    """Take portraits of the people for tests, other things before their faces (RealOcc, RealOcc-Wild)."""
    input:
        people=everybody(),
    output:
        images=directory("results/data/{test_faces}/image"),
        masks=directory("results/data/{test_faces}/mask"),
        names="results/data/{test_faces}/val.txt",
        table="results/index/portraits/{test_faces}.parquet",
        sidecar="results/index/portraits/{test_faces}.json",
    log:
        "results/logs/render_test_faces/{test_faces}.log",
    benchmark:
        "results/benchmarks/render_test_faces/{test_faces}.tsv"
    wildcard_constraints:
        test_faces="|".join(PORTRAIT_TESTS),
    conda:
        "../envs/core.yaml"
    threads: config["portraits"]["threads"]
    resources:
        mem_mb=lambda wildcards, threads: 1000 + 1000 * threads,
        runtime=600,
    params:
        dataset="{test_faces}",
        amount=lambda wildcards: slice_of("portraits", "realocc", "realocc_wild")[
            wildcards.test_faces
        ],
        size_px=config["portraits"]["size_px"],
        identities=config["identities"]["amount"],
        renderer=config["studio"]["renderer"],
        seed=config["seed"],
        code=code_digest("render_test_faces.py", "occlusionkit.studio.portraits.sets"),
    script:
        "../scripts/render_test_faces.py"


rule render_hands:
    """Photograph hands of the people for training on white ground, fingers down (11k Hands)."""
    input:
        people=everybody(),
    output:
        images=directory(portrait_folder("hands", "images")),
        masks=directory(portrait_folder("hands", "masks")),
        table=portrait_table("hands"),
        sidecar="results/index/portraits/hands.json",
    log:
        "results/logs/render_hands.log",
    benchmark:
        "results/benchmarks/render_hands.tsv"
    conda:
        "../envs/core.yaml"
    threads: config["portraits"]["threads"]
    resources:
        mem_mb=lambda wildcards, threads: 1000 + 1000 * threads,
        runtime=600,
    params:
        amount=config["portraits"]["hands"],
        size_px=config["portraits"]["size_px"],
        identities=config["identities"]["amount"],
        renderer=config["studio"]["renderer"],
        seed=config["seed"],
        code=code_digest("render_hands.py", "occlusionkit.studio.portraits.sets"),
    script:
        "../scripts/render_hands.py"


rule render_objects:
    """Photograph everyday things (COCO's objects, as cut out for NatOcc)."""
    output:
        images=directory(portrait_folder("objects", "images")),
        masks=directory(portrait_folder("objects", "masks")),
        table=portrait_table("objects"),
        sidecar="results/index/portraits/objects.json",
    log:
        "results/logs/render_objects.log",
    benchmark:
        "results/benchmarks/render_objects.tsv"
    conda:
        "../envs/core.yaml"
    threads: config["portraits"]["threads"]
    resources:
        mem_mb=lambda wildcards, threads: 1000 * threads,
        runtime=600,
    params:
        amount=config["portraits"]["objects"],
        size_px=config["portraits"]["size_px"],
        renderer=config["studio"]["renderer"],
        seed=config["seed"],
        code=code_digest("render_objects.py", "occlusionkit.studio.portraits.sets"),
    script:
        "../scripts/render_objects.py"


rule paint_textures:
    """Paint textures, a folder for each class (DTD)."""
    output:
        images=directory(portrait_folder("textures", "images")),
        table=portrait_table("textures"),
        sidecar="results/index/portraits/textures.json",
    log:
        "results/logs/paint_textures.log",
    benchmark:
        "results/benchmarks/paint_textures.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=600,
    params:
        amount=config["portraits"]["textures"],
        size_px=config["portraits"]["size_px"],
        seed=config["seed"],
        code=code_digest("paint_textures.py", "occlusionkit.studio.portraits.sets"),
    script:
        "../scripts/paint_textures.py"


rule index_portraits:
    """List all pictures of the studio's face data: who and what is in them, and how much of the face is hidden."""
    input:
        tables=[portrait_table(dataset) for dataset in FOLDERS],
    output:
        index="results/index/portraits.parquet",
        sidecar="results/index/portraits.json",
    log:
        "results/logs/index_portraits.log",
    benchmark:
        "results/benchmarks/index_portraits.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        code=code_digest("index_portraits.py", "occlusionkit.studio.portraits.sets"),
    script:
        "../scripts/index_portraits.py"
