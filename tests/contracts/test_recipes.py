"""Every recipe that the package comes with builds a run, and says how to start it."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil

import pytest
import torch

import fakestormer.recipes
from fakestormer.detector import default_weights_path
from fakestormer.model import FakeSTormer, load_weights
from fakestormer.training import FrameRun, MotionRun, TrainRun
from fakestormer.training.run_record import run_from_json

MODULES = [
    importlib.import_module(f"fakestormer.recipes.{found.name}")
    for found in pkgutil.iter_modules(fakestormer.recipes.__path__)
]
RECIPES = {
    f"{module.__name__}:{name}": function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}


def test_there_is_the_recipe_of_the_default_weights():
    assert "fakestormer.recipes.lite:lite" in RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_builds_a_run_and_its_model(name):
    run = RECIPES[name]()
    plain = json.loads(json.dumps(run.to_json()))
    if isinstance(run, MotionRun):
        assert plain["clip_spec"]["window"]["num_frames"] == run.clip_spec.window.num_frames
        return
    if isinstance(run, FrameRun):
        assert plain["optimisation"]["num_steps"] == run.optimisation.num_steps
        return
    assert isinstance(run, TrainRun)
    assert plain == run.to_json()
    assert run_from_json(plain) == run
    with torch.device("meta"):  # shapes only: the largest model must not cost a test its memory
        model = FakeSTormer(run.model)
    assert sum(weight.numel() for weight in model.parameters()) > 0


def test_the_default_weights_were_made_by_the_recipe_of_that_name():
    """But for the precision, which tells of the machine, and for settings that the record is too old to know."""
    made = load_weights(default_weights_path()).training_record["clip_network"]["run"] | {"precision": "float32"}
    now = RECIPES["fakestormer.recipes.lite:lite"]().to_json()
    assert overlaid(now, made) == now


def overlaid(now, made):
    """`now` with every value that `made` records put in its place."""
    if not isinstance(now, dict):
        return made
    return {key: overlaid(value, made[key]) if key in made else value for key, value in now.items()}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_says_with_which_command_it_is_run(name):
    assert f"fakestormer train {name}" in inspect.getdoc(RECIPES[name])
