"""Files and their names: how anything is written to the disk, JSON read into dataclasses, names made safe to show."""

from fakestormer.files.append import append_to_file
from fakestormer.files.folders import hold_folder, temporary_folder
from fakestormer.files.from_plain import from_plain
from fakestormer.files.names import from_cell, printable, to_cell
from fakestormer.files.target import names_standard_output
from fakestormer.files.write import check_writable, write_aside, write_file

__all__ = [
    "append_to_file",
    "check_writable",
    "from_cell",
    "from_plain",
    "hold_folder",
    "names_standard_output",
    "printable",
    "temporary_folder",
    "to_cell",
    "write_aside",
    "write_file",
]
