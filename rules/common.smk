# What rules share: digests of code, and the numbers that shape the graph. Functions only.
import functools
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

PROJECT = Path(workflow.basedir).parent
sys.path.insert(0, str(PROJECT / "src"))

from occlusionkit.capture.plan import SCENES, PlanSize
from occlusionkit.capture.sizes import describe_plan
from occlusionkit.provenance import code_digest as package_digest
from occlusionkit.settings import check_config
from occlusionkit.studio.portraits.folders import FOLDERS
from occlusionkit.studio.portraits.folders import TEST_SETS as PORTRAIT_TESTS

cached_digest = functools.cache(package_digest)

CAPTURE = "occlusion_person"
DATASET = "results/data/occlusion_person/unrealcv"
PLAN_KEYS = (
    "sequences",
    "frames_per_sequence",
    "frame_step_s",
    "shard_instants",
    "validation_scenes",
    "validation_subjects",
)


def stop_on_bad_config():
    """One line for each key that is wrong, before anything is planned."""
    try:
        check_config(config, PROJECT / "workflow/schemas/config.schema.yaml")
        plan_size()
    except ValueError as error:
        raise WorkflowError(str(error)) from None


def code_digest(script, *modules):
    """The digest of a script and of the modules that it calls, which reruns what a changed statement touches.

    Worked out when a job needs it, and once: every start of Snakemake reads the rules.
    """
    return lambda wildcards: cached_digest(str(PROJECT / "scripts" / script), *modules)


def slice_of(section, *keys):
    """The keys of a section that a rule depends on. A change of any other key does not rerun it."""
    return {key: config[section][key] for key in keys}


def plan_size():
    """The plan's numbers, checked."""
    keys = slice_of("capture", *PLAN_KEYS)
    return PlanSize(
        **{
            key: tuple(value) if isinstance(value, list) else value
            for key, value in keys.items()
        }
    )


def shard_names():
    """Names of all shards, known from the config alone."""
    return [f"shard-{number:04d}" for number in range(plan_size().shards)]


def say_what_it_takes():
    """In a dry run: how much is planned, and what it will hold on disk."""
    if "multiview" not in config["systems"] or not from_studio():
        return
    keys = slice_of("capture", "height", "width", "keep_depth")
    print(
        describe_plan(plan_size(), cameras=len(config["capture"]["cameras"]), **keys),
        file=sys.stderr,
    )


def identities_of(part):
    """Numbers of the made-up people in one part of them: parts count from 0, people from 1."""
    amount, each = config["identities"]["amount"], config["identities"]["part"]
    return range(int(part) * each + 1, min((int(part) + 1) * each, amount) + 1)


def identity_files(numbers):
    """The files that hold these made-up people, who are found in them by their names (i0001, ...)."""
    each = config["identities"]["part"]
    parts = sorted({(number - 1) // each for number in numbers})
    return [f"results/studio/identities/{part:02d}.npz" for part in parts]


def crop_files(name, numbers):
    """One file of every part of the crops that shows these made-up people; parts are those in which they are baked."""
    return [
        f"results/captures/crops/{Path(part).stem}/{name}"
        for part in identity_files(numbers)
    ]


def people_in_crops():
    """Numbers of those who are shown whole and hidden."""
    people, amount = config["crops"]["people"], config["identities"]["amount"]
    if people > amount:
        raise WorkflowError(
            f"crops.people: expected at most identities.amount, {amount}, found {people}; raise that, or lower this"
        )
    return range(1, people + 1)


def people_in_market_crops():
    """Numbers of those who are shown whole only, to all cameras: the others. None where nobody is left."""
    return range(config["crops"]["people"] + 1, config["identities"]["amount"] + 1)


def shard_files(kind, name):
    """One file of every shard: kind is captures or labels."""
    return expand(
        "results/{kind}/{capture}/{shard}/{name}",
        kind=kind,
        capture=CAPTURE,
        shard=shard_names(),
        name=name,
    )


def motion_files():
    """The user's motion files, as inputs. A changed clip is captured again."""
    folder = config["motions"]["folder"]
    if folder is None:
        return []
    files = sorted(
        str(path)
        for path in Path(folder).rglob("*")
        if path.suffix.lower() in (".asf", ".amc")
    )
    if not files:
        raise WorkflowError(
            f"motions.folder: expected a folder with CMU's SS.asf and SS_TT.amc files, found none in {folder!r}"
        )
    return files


def from_studio():
    """Whether the dataset is rendered here, not acquired."""
    return config["datasets"]["occlusion_person"] == "studio"


def dataset_index():
    """One row per image of the dataset at hand."""
    if from_studio():
        return "results/index/occlusion_person.parquet"
    return f"results/index/{config['datasets']['occlusion_person']}.images.parquet"


def dataset_archives():
    """The zips of the dataset at hand that this workflow makes. An acquired release brings its own."""
    if not from_studio():
        return []
    return [f"{DATASET}/images.zip", *depth_archive()]


def dataset_folder():
    """Where the official layout of the dataset at hand stands."""
    return (
        DATASET
        if from_studio()
        else f"results/data/{config['datasets']['occlusion_person']}/unrealcv"
    )


def depth_archive():
    """The studio's depth zip, where depth is kept."""
    return [f"{DATASET}/depth.zip"] if config["capture"]["keep_depth"] else []


def portrait_folder(dataset, kind):
    """The folder of a set's images, masks or whole masks."""
    return f"results/data/{FOLDERS[dataset][kind]}"


def portrait_table(dataset):
    """The table of one set, and its sidecar."""
    return f"results/index/portraits/{dataset}.parquet"


def everybody():
    """Files of all made-up people: each holds some for training and some for tests."""
    return identity_files(range(1, config["identities"]["amount"] + 1))


def multiview_outputs():
    """What a run of this system makes."""
    annotations = [
        f"{DATASET}/annot/unrealcv_{split}.pkl" for split in ("train", "validation")
    ]
    return [
        *dataset_archives(),
        *(annotations if from_studio() else []),
        *expand(
            "results/tables/occlusion_person/{table}.md",
            table=("datasets", "rates", "thresholds"),
        ),
    ]


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


def final_outputs():
    """What a whole run makes of the systems that the config names; each room's rules say what theirs is."""
    made = {
        "multiview": multiview_outputs,
        "face": face_outputs,
        "reid": reid_outputs,
    }
    return [
        *(path for system in config["systems"] for path in made[system]()),
        "results/report.html",
        "results/audit/hashes.tsv",
    ]
