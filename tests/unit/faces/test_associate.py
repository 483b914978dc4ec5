from __future__ import annotations

import numpy as np
from tests.scripted_faces import Script, face_at

from fakestormer.faces import FaceDetection
from fakestormer.faces.associate import SearchedFrame, associate
from fakestormer.types import FaceObservation

INTERVAL = 0.16


def chains_of(
    script: Script, num_frames: int, cuts: tuple[int, ...] = (), max_gap: float = 0.5
) -> tuple[tuple[FaceObservation, ...], ...]:
    frames = [
        SearchedFrame(number, number * INTERVAL, tuple(script(number)), starts_shot=number in cuts)
        for number in range(num_frames)
    ]
    return associate(frames, max_gap)


def places(chain: tuple[FaceObservation, ...]) -> list[float]:
    return [seen.box.center[0] for seen in chain]


def test_one_still_face_is_one_chain() -> None:
    (chain,) = chains_of(lambda number: [face_at(100, 100)], 12)
    assert [seen.frame_index for seen in chain] == list(range(12))
    assert chain[3].time == 3 * INTERVAL


def test_two_people_who_cross_keep_their_chains() -> None:
    def script(number: int) -> list[FaceDetection]:
        both = [face_at(100 + 30 * number, 100), face_at(520 - 30 * number, 110)]
        return both if number % 2 else both[::-1]

    one, other = chains_of(script, 15)
    assert sorted([places(one), places(other)]) == [
        [100.0 + 30 * number for number in range(15)],
        [520.0 - 30 * number for number in range(15)],
    ]


def test_a_face_hidden_while_two_people_cross_is_found_again() -> None:
    def script(number: int) -> list[FaceDetection]:
        both = [face_at(100 + 40 * number, 100), face_at(500 - 40 * number, 100)]
        return both[:1] if number == 5 else both

    chains = chains_of(script, 11)
    assert sorted(len(chain) for chain in chains) == [10, 11]
    for chain in chains:
        assert len(set(np.sign(np.diff(places(chain))))) == 1, "each person keeps walking one way"


def test_a_face_enters_and_another_leaves() -> None:
    def script(number: int) -> list[FaceDetection]:
        return [face_at(100, 100)] * (number < 8) + [face_at(400, 100)] * (number >= 4)

    first, second = chains_of(script, 12)
    assert [seen.frame_index for seen in first] == list(range(8))
    assert [seen.frame_index for seen in second] == list(range(4, 12))


def test_fast_motion_without_overlap_is_followed() -> None:
    (chain,) = chains_of(lambda number: [face_at(100 + 62 * number, 100)], 8)
    assert len(chain) == 8


def test_a_face_far_away_is_another_face() -> None:
    chains = chains_of(lambda number: [face_at(100 if number < 4 else 300, 100)], 8)
    assert [len(chain) for chain in chains] == [4, 4]


def test_a_much_larger_face_at_the_same_place_is_another_face() -> None:
    chains = chains_of(lambda number: [face_at(100, 100, 40 if number < 4 else 100)], 8)
    assert [len(chain) for chain in chains] == [4, 4]


def test_a_short_gap_is_bridged() -> None:
    (chain,) = chains_of(lambda number: [] if number in (4, 5) else [face_at(100, 100)], 10)
    assert [seen.frame_index for seen in chain] == [0, 1, 2, 3, 6, 7, 8, 9]


def test_a_long_gap_ends_the_chain() -> None:
    chains = chains_of(lambda number: [] if 4 <= number < 8 else [face_at(100, 100)], 12)
    assert [len(chain) for chain in chains] == [4, 4]


def test_faces_seen_in_every_searched_frame_stay_together_however_rarely_one_looks() -> None:
    frames = [SearchedFrame(number, number * 2.0, (face_at(100, 100),)) for number in range(4)]
    assert len(associate(frames, max_gap=0.5)) == 1


def test_a_cut_ends_the_chain_even_if_a_face_stands_at_the_same_place() -> None:
    before, after = chains_of(lambda number: [face_at(100, 100)], 10, cuts=(5,))
    assert before[-1].frame_index == 4
    assert after[0].frame_index == 5


def test_no_faces_give_no_chains() -> None:
    assert chains_of(lambda number: [], 5) == ()
    assert associate([], 0.5) == ()
