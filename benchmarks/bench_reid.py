"""Re-ID ranking beside a plain full-matrix argsort: time, memory, and N-shot draws.    python benchmarks/bench_reid.py

Market-1501's size by default: 3,368 queries x 19,732 gallery images x 256 dimensions, 750 people, each query with some
19 right answers that the junk rule leaves, 2,793 images of nobody. Each measurement has a process of its own, on one
core, and prints its CPU time and its largest memory above what the features took. Exits 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

TARGET_RATIO, TARGET_MIB, TARGET_DRAWS_S = 0.15, 200, 5.0


def make_problem(queries: int, gallery: int, dimensions: int, *, noise: float) -> tuple[np.ndarray, ...]:
    """Features of both sides (float32, length 1) with identities and cameras; noise 2 gives a mAP near 0.4."""
    rng = np.random.default_rng(0)
    people, cameras = max(2, queries * 750 // 3368), 6
    nobody = gallery * 2793 // 19732
    centres = rng.normal(size=(people + nobody, dimensions)).astype(np.float32)
    owner = np.concatenate([rng.integers(0, people, gallery - nobody), people + np.arange(nobody)])
    asked = rng.integers(0, people, queries)
    sides = []
    for who in (asked, owner):
        features = centres[who]
        features += noise * rng.standard_normal(features.shape, dtype=np.float32)
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        sides.append(features)
    return (*sides, asked, owner, rng.integers(0, cameras, queries), rng.integers(0, cameras, gallery))


def rank_by_counting(query, gallery, labels, device):
    """mAP and rank-1 with this package."""
    from occlusionkit.reid.metrics import average_precision, first_ranks, mean_over_queries
    from occlusionkit.reid.ranking import Labels, rank_features

    found = rank_features(query, gallery, Labels(*labels), device=device)
    return mean_over_queries(average_precision(found)), float(np.nanmean(first_ranks(found) == 1))


def rank_by_argsort(query, gallery, labels, device):
    """mAP and rank-1 as usually written: one matrix of all pairs, one argsort of its rows."""
    import torch

    asked, owner, camera_q, camera_g = (torch.as_tensor(one, device=device) for one in labels)
    scores = torch.as_tensor(query, device=device) @ torch.as_tensor(gallery, device=device).T
    order = torch.argsort(scores, dim=1, descending=True)
    right = owner[order] == asked[:, None]
    junk = right & (camera_g[order] == camera_q[:, None])
    place = torch.cumsum(~junk, dim=1)
    hit = right & ~junk
    ordinal = torch.cumsum(hit, dim=1)
    precision = torch.where(hit, ordinal.double() / place, 0.0).sum(dim=1)
    positives = hit.sum(dim=1)
    scored = positives > 0
    first = torch.where(hit, place, torch.iinfo(torch.int64).max).min(dim=1).values
    return (
        float((precision[scored] / positives[scored]).mean()),
        float((first[scored] == 1).double().mean()),
    )


def draw_sets(people, draws):
    """icme18 with 2,048 dimensions: N = 1, 2, 5 with both fusions, five images a side."""
    from occlusionkit.reid.evaluate import evaluate
    from occlusionkit.reid.feature_files import feature_set
    from occlusionkit.reid.protocols import PROTOCOLS, SHIPPED, Settings

    rng = np.random.default_rng(0)
    rows = [(role, p, n) for role in ("gallery", "query") for p in range(people) for n in range(5)]
    centres = rng.normal(size=(people, 2048))
    features = np.array([centres[p] + 6 * rng.normal(size=2048) for _, p, _ in rows], np.float32)
    index = {
        "path": [f"{role}/{p:04d}_{n}" for role, p, n in rows],
        "sha256": [None] * len(rows),
        "identity": [p for _, p, _ in rows],
        "role": [role for role, _, _ in rows],
        "occluded": [role == "query" for role, _, _ in rows],
        "index": [n for _, _, n in rows],
        "camera": [None] * len(rows),
        "width": [64] * len(rows),
        "height": [128] * len(rows),
    }
    given = feature_set(features, index)
    start = time.process_time()
    found = evaluate(given, PROTOCOLS["icme18"], Settings(draws=draws, splits=(SHIPPED,)))
    rank_1 = found.metrics["value"][found.metrics["metric"] == "rank_1"]
    return time.process_time() - start, rank_1.tolist()


def measure(arguments) -> dict:
    """One measurement, in this process."""
    import torch

    torch.set_num_threads(1)
    if arguments.part == "draws":
        seconds, values = draw_sets(100, arguments.draws)
        return {"seconds": seconds, "values": values}
    device = arguments.device
    query, gallery, *labels = make_problem(arguments.queries, arguments.gallery, 256, noise=arguments.noise)
    rank = rank_by_counting if arguments.part == "counting" else rank_by_argsort
    rank(query[:50], gallery[:500], [one[: 50 if side % 2 == 0 else 500] for side, one in enumerate(labels)], device)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = np.inf
    for _ in range(arguments.repeats):
        clock = time.process_time if device == "cpu" else time.perf_counter
        start = clock()
        values = rank(query, gallery, labels, device)
        best = min(best, clock() - start)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if device != "cpu":
        grown = torch.cuda.max_memory_allocated() / 2**20
    return {"seconds": best, "grown_mib": grown, "before_mib": before / 1024, "values": values}


def run(part: str, arguments) -> dict:
    """The same in a process of its own, so that memory is that of one way only."""
    options = ["--queries", arguments.queries, "--gallery", arguments.gallery, "--noise", arguments.noise]
    options += ["--draws", arguments.draws, "--repeats", arguments.repeats, "--device", arguments.device]
    command = [sys.executable, __file__, "--part", part, *map(str, options)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=3368)
    parser.add_argument("--gallery", type=int, default=19732)
    parser.add_argument("--noise", type=float, default=2.0, help="0: perfect features, 30: random ones")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--part", choices=["counting", "argsort", "draws"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(measure(arguments)))
        return 0
    ours, plain, draws = (run(part, arguments) for part in ("counting", "argsort", "draws"))
    if not np.allclose(ours["values"], plain["values"], rtol=0, atol=1e-4):
        raise SystemExit(f"bench_reid: the two ways disagree: {ours['values']} and {plain['values']}")
    ratio = ours["seconds"] / plain["seconds"]
    print(
        f"{arguments.queries} x {arguments.gallery} x 256, mAP {ours['values'][0]:.4f}, rank-1 {ours['values'][1]:.4f}"
    )
    print(f"counting      {ours['seconds']:7.2f} s  {ours['grown_mib']:7.0f} MiB above the features")
    print(f"full argsort  {plain['seconds']:7.2f} s  {plain['grown_mib']:7.0f} MiB above the features")
    print(f"ratio         {ratio:7.3f}    (targets: {TARGET_RATIO}, {TARGET_MIB} MiB)")
    print(f"icme18, {arguments.draws} draws of 100 people  {draws['seconds']:.2f} s    (target: {TARGET_DRAWS_S} s)")
    met = ratio <= TARGET_RATIO and ours["grown_mib"] < TARGET_MIB and draws["seconds"] < TARGET_DRAWS_S
    return 0 if met or arguments.device != "cpu" else 1


if __name__ == "__main__":
    sys.exit(main())
