from __future__ import annotations

import re

from fakestormer.evaluation import EvaluationConfig, evaluate, render_table


def test_the_table_lines_up_and_says_what_it_rests_on(tmp_path, write_manifest, scripted):
    lines = [
        "a.mp4,real,one | two,",
        "b.mp4,fake,one | two,swap",
        "c.mp4,real,one | two,",
        "d.mp4,fake,,lips",
        "e.mp4,fake,x,",
    ]
    manifest = write_manifest(*lines, header="file,label,group,family")
    answers = {"a.mp4": ((-2.0,),), "b.mp4": ((1.0,),), "c.mp4": ((1.5,),), "d.mp4": ((2.5,),)}
    text = render_table(evaluate(manifest, tmp_path, scripted(answers), config=EvaluationConfig(num_rounds=20)))
    assert text == (tmp_path / "table.md").read_text()
    assert "4 of 5 files scored (80.0%), 0 not applicable, 1 failed" in text
    assert "weights scripted (sha256 aaaaaaaaaaaa), fakestormer 0.1.0" in text
    assert "20 bootstrap rounds" in text
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = block.splitlines()
        assert len({len(row) for row in rows}) == 1
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    (own,) = [row for row in text.splitlines() if row.startswith("| one \\| two")]
    assert re.match(r"\| one \\\| two +\| 3/3 +\| 2 : 1 +\| 0.500 ", own)
    (none,) = [row for row in text.splitlines() if row.startswith("| (none)")]
    assert "| all " in none
    (rest,) = [row for row in text.splitlines() if row.startswith("| (1 without a scored fake)")]
    assert re.search(r"\| 0/1 +\|( - +\|){7}$", rest)
    assert "nan" not in text.lower()
