from __future__ import annotations

import numpy as np

from fakestormer.synthesis import SelfBlender, SynthesisConfig, draw_contact_sheet


def test_a_sheet_has_a_column_a_frame_and_six_rows_with_the_clips_in_them(
    images: np.ndarray, landmarks: np.ndarray
) -> None:
    pair = SelfBlender(SynthesisConfig(p_cutout=1.0)).blend(images, landmarks, "ibug81", 3)
    sheet = draw_contact_sheet(pair)
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] == 4 * 224
    assert 6 * 224 < sheet.shape[0] < 6 * 224 + 200
    np.testing.assert_array_equal(sheet[18 : 18 + 224, 224:448], pair.real[1])
