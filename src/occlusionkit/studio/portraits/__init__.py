"""Portraits of the studio's people, and what hides faces: the stand-ins for the face datasets."""
