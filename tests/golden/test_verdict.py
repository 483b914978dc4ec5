from __future__ import annotations

import json

import pytest
from tests.golden.verdict import GOLDEN, make_golden

# Between processors, sums differ in their last digits, and the codec's pictures now and then by a level.
TOLERANCE = 0.02


@pytest.mark.parametrize("film", ["genuine", pytest.param("partly_forged", marks=pytest.mark.slow)])
def test_the_shipped_weights_give_the_pinned_verdict_of_a_film_made_on_the_spot(film):
    wanted, found = json.loads(GOLDEN.read_text(encoding="utf-8"))[film], make_golden(film)
    assert found["decision"] == wanted["decision"]
    assert found["report_keys"] == wanted["report_keys"]
    for name in ("frames", "crops"):
        assert found[name] == pytest.approx(wanted[name], abs=0.05)
    assert found["numbers"].keys() == wanted["numbers"].keys()
    for name, number in wanted["numbers"].items():
        if name == "segments":
            assert len(found["numbers"][name]) == len(number)
            for here, there in zip(found["numbers"][name], number, strict=True):
                assert here == pytest.approx(there, abs=TOLERANCE)
        else:
            assert found["numbers"][name] == pytest.approx(number, abs=TOLERANCE), name
