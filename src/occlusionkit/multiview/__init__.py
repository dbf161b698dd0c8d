"""Occlusion-Person: the multi-view dataset in its official layout, and (later) multi-view pose on top of it."""
