"""Official layouts, one module per family: checked against what upstream ships, then indexed."""

from .families import FAMILIES, index_dataset

__all__ = ["FAMILIES", "index_dataset"]
