"""A verdict as an examination left it in its folder, with the pictures of its evidence frames."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np

from fakestormer.isolation.messages import FRAMES, VERDICT
from fakestormer.report import read_json
from fakestormer.types import EvidenceFrame, FaceVerdict, VideoVerdict


def read_recorded(folder: Path) -> VideoVerdict:
    """The verdict in `folder/verdict.json`, its evidence frames with the pictures in `folder/frames`.

    Raises:
        DataError: there is no verdict, or it cannot be read.
    """
    verdict = read_json(folder / VERDICT)
    number, faces = 0, list[FaceVerdict]()
    for face in verdict.faces:
        keys = list[EvidenceFrame]()
        for key in face.evidence_frames:
            keys.append(_with_picture(key, folder / FRAMES, number))
            number += 1
        faces.append(dataclasses.replace(face, evidence_frames=tuple(keys)))
    return dataclasses.replace(verdict, faces=tuple(faces))


def _with_picture(key: EvidenceFrame, folder: Path, number: int) -> EvidenceFrame:
    for suffix in (".png", ".jpg"):
        path = folder / f"{number}{suffix}"
        if path.exists():
            image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
            if image is not None:
                return dataclasses.replace(key, image=np.ascontiguousarray(image[..., ::-1]).astype(np.uint8))
    return key
