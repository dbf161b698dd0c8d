# Published datasets: fetched, verified, unpacked, checked. Nothing here runs unless a dataset is asked for.
import dataclasses

from occlusionkit.acquire.manifest import read_manifest
from occlusionkit.acquire.settings import read_settings
from occlusionkit.acquire.sources import check_names
from snakemake.exceptions import WorkflowError

try:
    ACQUIRE = read_settings(config.get("acquire") or {})
    MANIFEST = read_manifest(ACQUIRE.manifests)
    check_names(MANIFEST, ACQUIRE)
except (ValueError, OSError) as error:
    raise WorkflowError(str(error)) from None
DATASET_NAME, FILE_NAME = "[a-z0-9_]+", "[^/]+"


localrules:
    acquired,
    download_part,


rule acquired:
    """Every dataset that the configuration asks for, ready to be used."""
    input:
        [f"results/index/{name}.files.parquet" for name in ACQUIRE.fetch],


rule download_part:
    """One file of a dataset: from the user's folder, a mirror, or its published address."""
    output:
        part="results/archives/{dataset}/{part}",
        sidecar="results/archives/sidecars/{dataset}/download/{part}.json",
    log:
        "results/logs/download_part/{dataset}/{part}.log",
    benchmark:
        "results/benchmarks/download_part/{dataset}/{part}.tsv"
    wildcard_constraints:
        dataset=DATASET_NAME,
        part=FILE_NAME,
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=500,
        downloads=1,
    params:
        row=lambda wc: dataclasses.asdict(MANIFEST[wc.dataset].file(wc.part)),
        # Its hashes say what it is. A changed program must not fetch 53 GB again.
        code="none",
    script:
        "../scripts/download_part.py"


rule verify_part:
    """One file's size and hashes against the published ones."""
    input:
        "results/archives/{dataset}/{part}",
        fetched="results/archives/sidecars/{dataset}/download/{part}.json",
    output:
        record="results/archives/.checks/{dataset}/{part}.parquet",
        sidecar="results/archives/sidecars/{dataset}/verify/{part}.json",
    log:
        "results/logs/verify_part/{dataset}/{part}.log",
    benchmark:
        "results/benchmarks/verify_part/{dataset}/{part}.tsv"
    wildcard_constraints:
        dataset=DATASET_NAME,
        part=FILE_NAME,
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        row=lambda wc: dataclasses.asdict(MANIFEST[wc.dataset].file(wc.part)),
        code=code_digest("verify_part.py"),
    script:
        "../scripts/verify_part.py"


rule extract_archive:
    """One archive, whole or in volumes, into results/data/<dataset>/; the volumes are never joined on disk."""
    input:
        lambda wc: [
            f"results/archives/{wc.dataset}/{part.name}"
            for part in MANIFEST[wc.dataset].archives[wc.archive]
        ],
        verified=lambda wc: [
            f"results/archives/sidecars/{wc.dataset}/verify/{part.name}.json"
            for part in MANIFEST[wc.dataset].archives[wc.archive]
        ],
    output:
        inventory="results/data/inventories/{dataset}/{archive}.parquet",
        sidecar="results/data/inventories/{dataset}/{archive}.json",
    log:
        "results/logs/extract_archive/{dataset}/{archive}.log",
    benchmark:
        "results/benchmarks/extract_archive/{dataset}/{archive}.tsv"
    wildcard_constraints:
        dataset=DATASET_NAME,
        archive=FILE_NAME,
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        dataset="{dataset}",
        archive="{archive}",
        code=code_digest("extract_archive.py"),
    script:
        "../scripts/extract_archive.py"


rule index_files:
    """The official layout, checked: counts, names, image sizes, annotation files."""
    input:
        inventories=lambda wc: [
            f"results/data/inventories/{wc.dataset}/{archive}.parquet"
            for archive in MANIFEST[wc.dataset].archives
        ],
    output:
        index="results/index/{dataset}.files.parquet",
        sidecar="results/index/{dataset}.files.json",
    log:
        "results/logs/index_files/{dataset}.log",
    benchmark:
        "results/benchmarks/index_files/{dataset}.tsv"
    wildcard_constraints:
        dataset=DATASET_NAME,
        archive=FILE_NAME,
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=8000,
    params:
        dataset="{dataset}",
        counts=lambda wc: dict(MANIFEST[wc.dataset].counts),
        code=code_digest("index_files.py"),
    script:
        "../scripts/index_files.py"


rule index_items:
    """Occlusion-Person's annotations as one table, in metres and our frames."""
    input:
        index="results/index/{dataset}.files.parquet",
    output:
        annotations="results/index/{dataset}.items.parquet",
        sidecar="results/index/{dataset}.items.json",
    log:
        "results/logs/index_items/{dataset}.log",
    benchmark:
        "results/benchmarks/index_items/{dataset}.tsv"
    wildcard_constraints:
        dataset=DATASET_NAME,
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=8000,
    params:
        dataset="{dataset}",
        code=code_digest("index_items.py"),
    script:
        "../scripts/index_items.py"
