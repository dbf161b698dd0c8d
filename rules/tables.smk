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
