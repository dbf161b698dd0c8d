"""Tables of the re-ID room: features of images, scores of queries, and what protocols report of them."""

from __future__ import annotations

from ..artifacts.tables import Column, Schema

# Ranks for which hits are kept per query; the curves of figures and tables end here.
MAX_RANK = 50

ROLES = ("query", "gallery", "train", "partial")

FEATURES = Schema(
    name="reid_features",
    doc="One row per image, in the order of features.npy; the digests tie each row to its features and its image.",
    key=("row",),
    columns=(
        Column("row", "int64", "row of features.npy"),
        Column("path", "string", "image below the dataset's folder"),
        Column("sha256", "string", "of the image file; null where it is not known", nullable=True),
        Column("feature_sha256", "string", "of this row of features.npy: little-endian float32"),
        Column("identity", "int64", "person, as the file name has it"),
        Column("role", "string", "query, gallery, train, or partial (Partial-REID's hand-cropped queries)"),
        Column("occluded", "bool", "from the occluded side"),
        Column("index", "int64", "number of the image within its identity and side; never a camera"),
        Column("camera", "string", "only where the layout names one", nullable=True),
        Column("width", "int32", "of the image file", unit="px"),
        Column("height", "int32", "of the image file", unit="px"),
    ),
)


def _score(name: str, doc: str) -> Column:
    """Fraction 0..1."""
    return Column(name, "float64", doc)


_MODEL = Column("model", "string", "whose features: stripes, <method>-split<k>-seed<s>, ...")

ITEMS = Schema(
    name="reid_items",
    doc="One row per query image (single query) or per identity (N-shot, averaged over its draws).",
    key=("model", "split", "shots", "fusion", "item"),
    columns=(
        _MODEL,
        Column("split", "int32", "half split of the identities; -1: the protocol has none"),
        Column("shots", "int32", "images a side; 0: single query against all gallery images"),
        Column("fusion", "string", "mean_feature, min_distance, or none (single query)"),
        Column("item", "string", "path of the query, or the identity"),
        Column("identity", "int64", "the query's person"),
        Column("draws", "int64", "draws of images that the row averages over"),
        Column("hits", "float64", "share of draws with a right match at rank 1..50 or before", (MAX_RANK,)),
        _score("average_precision", "plain: mean over positives of precision at their rank"),
        _score("average_precision_trapezoid", "as Market-1501's MATLAB code"),
        _score("inverse_negative_penalty", "positives over the rank of the last one (mINP's term)"),
        Column("positives", "int64", "gallery images, or sets, of the same person"),
        Column("tied", "int64", "positives that tie with another person's image, summed over draws"),
    ),
)

DRAWS = Schema(
    name="reid_draws",
    doc="N-shot scores of every single draw of images: what repeats of the protocol scatter around.",
    key=("model", "split", "shots", "fusion", "draw"),
    columns=(
        _MODEL,
        Column("split", "int32", "half split of the identities"),
        Column("shots", "int32", "images a side"),
        Column("fusion", "string", "mean_feature or min_distance"),
        Column("draw", "int32", "0.."),
        Column("identities", "int64", "of the test half, each once a query and once in the gallery"),
        _score("rank_1", "share of identities found at rank 1"),
        _score("rank_5", "... at rank 5 or before"),
        _score("rank_10", "... at rank 10 or before"),
        _score("rank_20", "... at rank 20 or before"),
        _score("mean_ap", "mean of 1 / rank: one positive each"),
    ),
)

METRICS = Schema(
    name="reid_metrics",
    doc="What a protocol reports of one set of features.",
    key=("protocol", "model", "split", "shots", "fusion", "metric"),
    columns=(
        _MODEL,
        Column("protocol", "string", "icme18, transfer, supervised or market1501, then +partial, +rerank"),
        Column("split", "string", "number of the half split, all, or none"),
        Column("shots", "int32", "images a side; 0: single query"),
        Column("fusion", "string", "mean_feature, min_distance or none"),
        Column("metric", "string", "rank_1 .. rank_20, mean_ap, mean_ap_trapezoid, minp"),
        Column("value", "float64", "fraction 0..1; NaN where nothing was counted", nullable=True),
        Column("low", "float64", "2.5% point of the bootstrap over identities", nullable=True),
        Column("high", "float64", "97.5% point", nullable=True),
        Column(
            "draw_std", "float64", "standard deviation over draws and splits; NaN where there is one", nullable=True
        ),
        Column("queries", "int64", "query images, or identities times splits"),
        Column("without_positives", "int64", "queries left out because the gallery lacks their person"),
        Column("tied", "int64", "positives that tie with another person's image (all draws)"),
        Column("draws", "int64", "draws of images in all"),
        Column("ties", "string", "policy: pessimistic, optimistic or stable"),
    ),
)

SPLITS = Schema(
    name="reid_splits",
    doc="Half splits of a dataset's identities: who is trained on and who is tested.",
    key=("split", "identity"),
    columns=(
        Column("split", "int32", "0 is the canonical split"),
        Column("identity", "int64", "person"),
        Column("part", "string", "train or test"),
    ),
)

_WHO = (
    Column("dataset", "string", "name in the config"),
    Column("protocol", "string", "icme18, transfer, supervised or market1501"),
    Column("shots", "int32", "images a side; 0: single query"),
    Column("fusion", "string", "mean_feature, min_distance or none"),
    Column("splits", "string", "numbers of the half splits, such as 0 or 0-9; none"),
    Column("metric", "string", "rank_1 .. rank_20, mean_ap, mean_ap_trapezoid, minp"),
)


def _maybe(name: str, doc: str) -> Column:
    """A number that not every row has."""
    return Column(name, "float64", doc, nullable=True)


RESULTS = Schema(
    name="reid_results",
    doc="One row per number of the re-ID tables: measured here, with the published one that stands in its place.",
    key=("dataset", "protocol", "method", "trained_on", "shots", "fusion", "splits", "metric"),
    columns=(
        *_WHO,
        Column("method", "string", "stripes (needs no training), or a name in the config's reid.methods"),
        Column("trained_on", "string", "half (of the dataset), train (its own part), another dataset, or nothing"),
        Column("source", "string", "of the images: studio, or the folder that was given"),
        _maybe("value", "fraction 0..1, mean over trainings"),
        _maybe("low", "2.5% point of the bootstrap over identities and trainings"),
        _maybe("high", "97.5% point"),
        _maybe("seed_std", "sample standard deviation over trainings; NaN for one"),
        _maybe("draw_std", "standard deviation over draws of images and splits; NaN where there is one"),
        Column("seeds", "int32", "trainings; 0: needs none"),
        Column("identities", "int64", "people among the queries"),
        Column("queries", "int64", "query images, or identities times splits"),
        _maybe("published_value", "fraction 0..1; NaN where there is none"),
        Column("published_in", "string", "where it stands", nullable=True),
        Column("mismatch", "string", "why the two may not be compared", nullable=True),
    ),
)

DIFFERENCES = Schema(
    name="reid_differences",
    doc="Two methods on the same queries: the mean difference, and whether it is beyond the noise.",
    key=("dataset", "protocol", "method", "against", "trained_on", "shots", "fusion", "splits", "metric"),
    columns=(
        *_WHO,
        Column("method", "string", "the first"),
        Column("against", "string", "the second"),
        Column("trained_on", "string", "of the first"),
        _maybe("difference", "first minus second, fraction"),
        _maybe("low", "2.5% point: the same people drawn for both, trainings of each apart"),
        _maybe("high", "97.5% point"),
        Column("verdict", "string", "better, worse, or inside the noise"),
    ),
)

PAPER_SHOTS = (1, 2, 5)
PAPER_RANKS = (1, 5, 10)

PAPER_LAYOUT = Schema(
    name="reid_paper_layout",
    doc="The paper's ablation: published rows, and ours on their own data beside them, never mixed.",
    key=("order",),
    columns=(
        Column("order", "int32", "row of the table"),
        Column("dataset", "string", "published: the real one; measured: with its source"),
        Column("method", "string", "in the paper's words, or ours"),
        Column("source", "string", "published, studio, or the folder that was given"),
        Column("seeds", "int32", "trainings; 0: published, or needs none"),
        *(_maybe(f"n{n}_rank_{rank}", "fraction 0..1") for n in PAPER_SHOTS for rank in PAPER_RANKS),
        _maybe("n1_low", "95% interval of rank-1 at N = 1"),
        _maybe("n1_high", ""),
        Column("published_in", "string", "where a published row stands", nullable=True),
    ),
)

SINGLE_QUERY = Schema(
    name="reid_single_query",
    doc="Single-query protocols: rows measured here, and later methods as anchors on the real data.",
    key=("order",),
    columns=(
        Column("order", "int32", "row of the table"),
        Column("dataset", "string", "published: the real one; measured: with its source"),
        Column("protocol", "string", "transfer, supervised or market1501"),
        Column("method", "string", "published name, or ours with what it was trained on"),
        Column("source", "string", "published, studio, or the folder that was given"),
        Column("seeds", "int32", "trainings; 0: published, or needs none"),
        _maybe("rank_1", "fraction 0..1"),
        _maybe("rank_1_low", "95% interval"),
        _maybe("rank_1_high", ""),
        _maybe("mean_ap", "plain; fraction 0..1"),
        _maybe("mean_ap_trapezoid", "not published by any of them"),
        Column("published_in", "string", "where a published row stands", nullable=True),
        Column("remark", "string", "what to know before comparing", nullable=True),
    ),
)

OCCLUSION_HEAD = Schema(
    name="reid_occlusion_head",
    doc="How often the second task (occluded or whole) is right, real and simulated occlusion apart.",
    key=("dataset", "method", "trained_on", "people", "kind"),
    columns=(
        Column("dataset", "string", "name in the config"),
        Column("method", "string", "with an occlusion head"),
        Column("trained_on", "string", "half (of the dataset), train (its own part), or another dataset"),
        Column("people", "string", "held_out (not trained on) or trained"),
        Column("kind", "string", "whole, occluded (real), or simulated (whole images with a patch)"),
        _maybe("accuracy", "fraction 0..1, mean over trainings"),
        _maybe("seed_std", "sample standard deviation over trainings; NaN for one"),
        Column("trainings", "int32", "seeds times half splits"),
        Column("images", "int64", "of one training; the mean, rounded, over half splits"),
    ),
)

OCCLUSION_CALLS = Schema(
    name="reid_occlusion_calls",
    doc="How often the occlusion head is right, real and simulated occlusion apart: hard edges give the latter away.",
    key=("people", "kind"),
    columns=(
        Column("people", "string", "held_out (not trained on) or trained"),
        Column("kind", "string", "whole, occluded (real), or simulated (whole images with a patch)"),
        Column("images", "int64", "how many"),
        Column("right", "int64", "called occluded where they are, whole where they are"),
        Column("accuracy", "float64", "right / images"),
    ),
)
