"""The run of the member that reads the motion of landmarks."""

from __future__ import annotations

import dataclasses

from fakestormer.recipes.image_network import CLIP_SPEC
from fakestormer.training import MotionRun
from fakestormer.types import WindowSpec

# A little more than the face box: the mesh's outline lies within it. As many pixels as cached crops have there.
WINDOW = WindowSpec(num_frames=16, image_size=184, box_enlargement=0.04)


def member() -> MotionRun:
    """A landmark network taught by the face mesh, then motion networks on genuine, jittered and forged windows.

    Command: `fakestormer train fakestormer.recipes.motion:member --data CACHE ... --out DIR`, with the caches of
    genuine videos and of forgeries (`prepare --with-forged`) and the face mesh as for `prepare`. Forty minutes on one
    core with bfloat16 instructions, and ten for the mesh.
    """
    return MotionRun(name="motion", clip_spec=dataclasses.replace(CLIP_SPEC, window=WINDOW), precision="bfloat16")
