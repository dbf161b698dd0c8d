# Tables, figures, and the report that shows them.


rule build_tables:
    """Count occluded joints: the dataset table, rates by group and cause, rates by threshold."""
    input:
        index=dataset_index(),
    output:
        datasets=multiext(
            "results/tables/occlusion_person/datasets",
            ".parquet",
            ".csv",
            ".md",
            ".tex",
        ),
        rates=multiext(
            "results/tables/occlusion_person/rates", ".parquet", ".csv", ".md", ".tex"
        ),
        thresholds=multiext(
            "results/tables/occlusion_person/thresholds",
            ".parquet",
            ".csv",
            ".md",
            ".tex",
        ),
        sidecar="results/tables/occlusion_person/tables.json",
    log:
        "results/logs/build_tables.log",
    benchmark:
        "results/benchmarks/build_tables.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        thresholds_m=config["tables"]["thresholds_m"],
        source=config["datasets"]["occlusion_person"],
        code=code_digest(
            "build_tables.py",
            "occlusionkit.tables.datasets",
            "occlusionkit.occlusion.statistics",
        ),
    script:
        "../scripts/build_tables.py"


rule draw_figures:
    """Draw samples with hidden joints, people, rooms, actions, and charts of the rates."""
    input:
        index=dataset_index(),
        archives=dataset_archives(),
        rates="results/tables/occlusion_person/rates.parquet",
        thresholds="results/tables/occlusion_person/thresholds.parquet",
    output:
        samples=report(
            "results/figures/occlusion_person/samples.jpg",
            caption="../workflow/report/samples.rst",
            category="Occlusion-Person",
        ),
        people=report(
            "results/figures/occlusion_person/people.jpg",
            caption="../workflow/report/samples.rst",
            category="Occlusion-Person",
        ),
        rooms="results/figures/occlusion_person/rooms.jpg",
        actions="results/figures/occlusion_person/actions.jpg",
        rates_chart="results/figures/occlusion_person/rates.png",
        threshold_chart="results/figures/occlusion_person/thresholds.png",
        sidecar="results/figures/occlusion_person/figures.json",
    log:
        "results/logs/draw_figures.log",
    benchmark:
        "results/benchmarks/draw_figures.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        shown=config["report"]["samples"],
        folder=lambda wildcards: dataset_folder(),
        code=code_digest("draw_figures.py", "occlusionkit.tables.figures"),
    script:
        "../scripts/draw_figures.py"


def report_inputs(wildcards):
    """Tables and figures of the systems that are run, each named after its system."""
    of_person = "results/{kind}/occlusion_person/{file}"
    of_face = "results/{kind}/face/{file}"
    of_reid = "results/{kind}/reid/{file}"
    shown = {
        "multiview": {
            "datasets": of_person.format(kind="tables", file="datasets.parquet"),
            "rates": of_person.format(kind="tables", file="rates.parquet"),
            "samples": of_person.format(kind="figures", file="samples.jpg"),
            "people": of_person.format(kind="figures", file="people.jpg"),
            "rooms": of_person.format(kind="figures", file="rooms.jpg"),
            "actions": of_person.format(kind="figures", file="actions.jpg"),
            "rates_chart": of_person.format(kind="figures", file="rates.png"),
            "threshold_chart": of_person.format(kind="figures", file="thresholds.png"),
            "capture": (
                shard_files("captures", "capture.json") if from_studio() else []
            ),
        },
        "face": {
            "results": of_face.format(kind="tables", file="results.parquet"),
            "samples": of_face.format(kind="figures", file="samples.jpg"),
            "predictions": of_face.format(kind="figures", file="predictions.jpg"),
            "failures": of_face.format(kind="figures", file="failures.jpg"),
            "hidden_chart": of_face.format(kind="figures", file="hidden.png"),
            "curves": of_face.format(kind="figures", file="curves.png"),
        },
        "reid": {
            "results": of_reid.format(kind="tables", file="results.parquet"),
            "differences": of_reid.format(kind="tables", file="differences.parquet"),
            "ablation": of_reid.format(kind="tables", file="ablation.parquet"),
            "single_query": of_reid.format(kind="tables", file="single_query.parquet"),
            "head": of_reid.format(kind="tables", file="occlusion_head.parquet"),
            "curves": of_reid.format(kind="figures", file="cmc.png"),
            "ranked": of_reid.format(kind="figures", file="ranked.jpg"),
            "attention": of_reid.format(
                kind="figures", file=f"{config['reid']['targets'][0]}/attention.jpg"
            ),
            "simulated": of_reid.format(
                kind="figures", file=f"{config['reid']['targets'][0]}/simulated.jpg"
            ),
        },
    }
    return {
        f"{system}_{name}": path
        for system in config["systems"]
        for name, path in shown[system].items()
    }


rule build_report:
    """Put tables and figures of all systems that are run into one HTML file that opens offline."""
    input:
        unpack(report_inputs),
    output:
        report="results/report.html",
        sidecar="results/report.json",
    log:
        "results/logs/build_report.log",
    benchmark:
        "results/benchmarks/build_report.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        settings=dict(
            seed=config["seed"],
            **slice_of(
                "capture",
                "height",
                "width",
                "sequences",
                "frames_per_sequence",
                "frame_step_s",
                "server",
            ),
            **slice_of("label", "threshold_m", "rule"),
        ),
        code=code_digest(
            "build_report.py",
            "occlusionkit.tables.report",
            "occlusionkit.tables.report_parts",
        ),
    script:
        "../scripts/build_report.py"
