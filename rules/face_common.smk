# What the rules of the face room share: where faces come from, which trainings there are. Functions only.
import dataclasses

from occlusionkit.face.networks.catalogue import NETWORKS
from occlusionkit.face.presets import GENERATED, TRAINING_SETS, scaled_to
from occlusionkit.face.settings_files import replaced, settings_to_mapping
from occlusionkit.face.sources import (
    FACE_FOLDERS,
    OCCLUDER_FOLDERS,
    TEST_SETS,
    groups_of,
    set_slug,
)
from occlusionkit.face.training_settings import read_schedule

FACE_MODEL = "results/models/face/{network}.{trained_on}.{run}"
FACE_METRICS = "results/metrics/face/{network}.{trained_on}.{run}"
FACE_MASKS = "results/predictions/face/{network}.{trained_on}.{run}"
FACE_SLUGS = {set_slug(name): name for name in TRAINING_SETS}


def stop_on_bad_face_config():
    """What the schema cannot see: keys of schedules and sets, and networks without a schedule."""
    try:
        for name in config["face"]["networks"]:
            face_schedule(name)
        for name in config["face"]["sets"]:
            face_set_settings(name)
    except ValueError as error:
        raise WorkflowError(str(error)) from None


def face_schedule(network):
    """How a network is trained, checked."""
    schedules = config["face"]["schedules"]
    if network not in schedules:
        raise ValueError(
            f"face.schedules: expected one for {network}, which face.networks names"
        )
    read_schedule(
        schedules[network], network=network, size_px=config["face"]["size_px"], seed=0
    )
    return schedules[network]


def face_images_seen(network):
    """Images of one training, each counted as often as it comes."""
    own, shared = read_schedule(
        face_schedule(network),
        network=network,
        size_px=config["face"]["size_px"],
        seed=0,
    )
    return own.steps_per_epoch * shared.epochs * shared.batch_size


def face_set_settings(name):
    """All parameters of a generated set: the paper's, for images of another size, then the config's."""
    changes = config["face"]["sets"].get(name, {})
    paper = dataclasses.replace(GENERATED[name], seed=config["seed"])
    chosen = scaled_to(paper, config["face"]["sets_side_px"])
    try:
        return settings_to_mapping(replaced(chosen, changes))
    except ValueError as error:
        raise ValueError(f"face.sets.{name}: {error}") from None


def face_folder(name):
    """One of upstream's folders of faces, occluders or textures: rendered here, or the user's."""
    source = config["datasets"]["faces"]
    return f"{'results/data/face' if source == 'studio' else source}/{name}"


def face_test_source(name):
    """Where a test set's images come from: studio, acquired, folder, or None for a set that is left out."""
    source = config["datasets"].get(name)
    if source is None or source == "studio":
        return source
    return "acquired" if source in MANIFEST else "folder"


def face_photo_folders(group):
    """Images and masks of a group of photographs; none for an acquired release, whose index lists them."""
    if group in FACE_FOLDERS:
        return [face_folder(name) for name in FACE_FOLDERS[group]]
    source, value = face_test_source(group), config["datasets"][group]
    if source == "acquired":
        return []
    root = f"results/data/{group}" if source == "studio" else value
    return [f"{root}/image", f"{root}/mask"]


def face_is_rendered(group):
    """Whether a group's photographs come from the studio, which knows who they show."""
    return config["datasets"]["faces" if group in FACE_FOLDERS else group] == "studio"


def face_portraits(group):
    """The studio's table of a group that it rendered: who is seen, how much is hidden; none for others."""
    dataset = "occluded" if group == "occluded_original" else group
    return [portrait_table(dataset)] if face_is_rendered(group) else []


def face_release(group):
    """Index of an acquired test set; none for others."""
    if group in FACE_FOLDERS or face_test_source(group) != "acquired":
        return []
    return [f"results/index/{config['datasets'][group]}.files.parquet"]


def face_tests():
    """Test sets that there are."""
    return [name for name in TEST_SETS if face_test_source(name) is not None]


def face_outputs():
    """What a run of this system makes."""
    return ["results/tables/face/results.md", "results/figures/face/samples.jpg"]


def face_models():
    """Network, training set and run of every training."""
    chosen = config["face"]
    return [
        (network, name, run)
        for network in chosen["networks"]
        for name in chosen["training_sets"]
        for run in range(1, chosen["runs"] + 1)
    ]


def face_files(pattern, *, first_run_only=False):
    """One file of every training, in the order of face_models."""
    return [
        pattern.format(network=network, trained_on=set_slug(name), run=run)
        for network, name, run in face_models()
        if run == 1 or not first_run_only
    ]


def face_groups():
    """Groups of all training sets, in the order in which the training sets name them."""
    names = config["face"]["training_sets"]
    return list(dict.fromkeys(group for name in names for group in groups_of(name)))


def face_gpus():
    """GPUs of one training."""
    return config["face"]["processes"] if config["face"]["device"] == "cuda" else 0


def face_may_be_shown(group):
    """Pictures of real people enter figures only where the config says so."""
    rendered = face_is_rendered(group if group in TEST_SETS else "clean")
    return rendered or config["report"]["show_real_people"]
