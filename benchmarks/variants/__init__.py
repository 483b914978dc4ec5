"""Trained variants over several seeds held against a baseline: values, paired differences, tables."""

from benchmarks.variants.compare import Difference, Variant, compare_variants
from benchmarks.variants.table import render_variants, variants_from_json, variants_to_json

__all__ = ["Difference", "Variant", "compare_variants", "render_variants", "variants_from_json", "variants_to_json"]
