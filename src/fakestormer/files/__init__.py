"""Files and their names: the one way in which anything is written to the disk, and names that are safe to show."""

from fakestormer.files.append import append_to_file
from fakestormer.files.names import from_cell, printable, to_cell
from fakestormer.files.target import names_standard_output
from fakestormer.files.write import check_writable, write_aside, write_file

__all__ = [
    "append_to_file",
    "check_writable",
    "from_cell",
    "names_standard_output",
    "printable",
    "to_cell",
    "write_aside",
    "write_file",
]
