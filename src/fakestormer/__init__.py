"""Tells whether the faces in a video are real or forged, and shows where, when and how sure it is."""
