# The embedded world: what is costly and the same for every run, made once.
# Rules that Snakemake may take from its between-workflow cache cannot have a benchmark; their sidecars hold the times.


rule bake_people:
    """Bake the 13 dressed people from the anny body model into one file."""
    output:
        multiext("results/studio/people", people=".npz", sidecar=".json"),
    log:
        "results/logs/bake_people.log",
    cache: True
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=3000,
    params:
        code=code_digest("bake_people.py", "occlusionkit.studio.people.bake"),
    script:
        "../scripts/bake_people.py"


rule bake_light:
    """Bake the still light of one furnished room: soft shadows and what walls pass on."""
    output:
        multiext("results/studio/light/{scene}", light=".npz", sidecar=".json"),
    log:
        "results/logs/bake_light/{scene}.log",
    cache: True
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        rays=config["studio"]["light_rays"],
        seed=config["seed"],
        scene=lambda wildcards: int(wildcards.scene),
        code=code_digest(
            "bake_light.py",
            "occlusionkit.studio.rooms",
            "occlusionkit.studio.render.bake",
        ),
    script:
        "../scripts/bake_light.py"


rule bake_identities:
    """Bake some of the made-up people who populate the sets of crops and faces, from the anny body model."""
    output:
        multiext("results/studio/identities/{part}", people=".npz", sidecar=".json"),
    log:
        "results/logs/bake_identities/{part}.log",
    cache: True
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=3000,
    params:
        first=lambda wildcards: identities_of(wildcards.part)[0],
        amount=lambda wildcards: len(identities_of(wildcards.part)),
        seed=config["seed"],
        code=code_digest("bake_identities.py", "occlusionkit.studio.people.identities"),
    script:
        "../scripts/bake_identities.py"
