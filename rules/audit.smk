# What was made, by content.


rule hash_results:
    """Hash the content of everything that a run made: two honest runs give the same list."""
    input:
        made=[path for path in final_outputs() if not path.startswith("results/audit/")],
    output:
        hashes="results/audit/hashes.tsv",
        sidecar="results/audit/hashes.json",
    log:
        "results/logs/hash_results.log",
    benchmark:
        "results/benchmarks/hash_results.tsv"
    conda:
        "../envs/core.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        code=code_digest("hash_results.py", "occlusionkit.audit.hashes"),
    script:
        "../scripts/hash_results.py"
