"""Occluded faces: NatOcc and RandOcc sets from clean faces, and scores of visible-face masks."""
