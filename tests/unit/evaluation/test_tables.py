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
    config = EvaluationConfig(num_replicates=20, min_same_source_reals=1)
    text = render_table(evaluate(manifest, tmp_path, scripted(answers), config=config))
    assert text == (tmp_path / "table.md").read_text()
    assert "4 of 5 files scored (80.0%), 0 not applicable, 1 failed" in text
    assert "weights scripted (sha256 aaaaaaaaaaaa), fakestormer 0.1.0" in text
    assert "20 bootstrap replicates" in text
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = block.splitlines()
        assert len({len(row) for row in rows}) == 1
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    pooled, same_source = [row for row in text.splitlines() if row.startswith("| one \\| two")]
    assert re.match(r"\| one \\\| two +\| 0.500 +\| 0.750 ", pooled)
    assert re.match(r"\| one \\\| two +\| 3/3 +\| 2 : 1 +\| 0.500 ", same_source)
    none = [row for row in text.splitlines() if row.startswith("| (none)")][-1]
    assert "| all " in none
    (rest,) = [row for row in text.splitlines() if row.startswith("| (1 without a scored fake)")]
    assert re.search(r"\| 0/1 +\|( - +\|){7}$", rest)
    assert "nan" not in text.lower()


def test_one_threshold_for_all_stands_beside_the_auc_of_each_group(tmp_path, write_manifest, scripted):
    lines = ["a.mp4,real,low", "b.mp4,fake,low", "c.mp4,real,high", "d.mp4,fake,high"]
    answers = {"a.mp4": ((-4.0,),), "b.mp4": ((-2.0,),), "c.mp4": ((2.0,),), "d.mp4": ((4.0,),)}
    text = render_table(
        evaluate(
            write_manifest(*lines), tmp_path, scripted(answers), config=EvaluationConfig(0, min_same_source_reals=1)
        )
    )
    block = re.search(r"## The same thresholds for every file\n\n((?:\|.*\n)+)", text).group(1)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    assert cells[0][:5] == ["group", "AUC", "bal. acc. at 0.5", "bal. acc.", "TPR"]
    assert [line[:3] for line in cells[2:]] == [
        ["high", "1.000", "0.500"],
        ["low", "1.000", "0.500"],
        ["**macro** (2 groups)", "1.000", "0.500"],
        ["**pooled**", "0.750", "0.500"],
    ]


def test_pairs_are_told_only_where_the_manifest_names_them(tmp_path, write_manifest, scripted):
    lines = ["a.mp4,real,g,", "b.mp4,fake,g,a.mp4", "c.mp4,fake,g,gone.mp4"]
    answers = {"a.mp4": ((-1.0,),), "b.mp4": ((1.0,),), "c.mp4": ((2.0,),)}
    manifest = write_manifest(*lines, header="file,label,group,pair_of")
    text = render_table(evaluate(manifest, tmp_path, scripted(answers)))
    assert "1.000 of 1 fakes score above the original" in text
    assert "1 more name an original that was not scored as a real" in text
    plain = write_manifest(*(line.rsplit(",", 1)[0] for line in lines))
    assert "## Pairwise accuracy" not in render_table(evaluate(plain, tmp_path / "plain", scripted(answers)))
