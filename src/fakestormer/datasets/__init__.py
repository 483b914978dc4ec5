"""Known data sets as tables: where their files lie, what they are, and what is publicly said of them.

Nothing of the data comes with this package. What could not be verified says so in its table.
"""

from fakestormer.datasets.evaluation_manifest import WrittenManifests, write_manifests
from fakestormer.datasets.frame_films import film_path, write_films
from fakestormer.datasets.inventory import Inventory, Item, take_inventory, trainable
from fakestormer.datasets.inventory_report import describe_inventory, write_inventory
from fakestormer.datasets.layout import Dataset, Part
from fakestormer.datasets.page import render_page
from fakestormer.datasets.table import DATASETS, find_dataset

__all__ = [
    "DATASETS",
    "Dataset",
    "Inventory",
    "Item",
    "Part",
    "WrittenManifests",
    "describe_inventory",
    "film_path",
    "find_dataset",
    "render_page",
    "take_inventory",
    "trainable",
    "write_films",
    "write_inventory",
    "write_manifests",
]
