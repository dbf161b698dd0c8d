#!/usr/bin/env bash
# Snakemake runs this once in the new conda environment: torch, then the hashed lock, then the package.
# lock: 1da2a83c931b4dd2    (a changed lock must change this line, or Snakemake would keep the old environment; tests check it)
set -euo pipefail
project=$(git rev-parse --show-toplevel 2>/dev/null || pwd)
pip install "${TORCH:-torch==2.13.0}"
pip install --require-hashes -r "$project/requirements.lock"
pip install --no-deps --editable "$project"
