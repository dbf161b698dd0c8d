"""Thirteen dressed people: baked once from a body model, then posed with numpy alone.

To pose them: `load_people`, then `Body.mesh` and `Body.joints`. To make them, in the order things happen:
`wardrobe` (who they are: a table), `anatomy` (anny's naked bodies), `chart` (where on the body), `tailor` and `hair`
(layers: the body's surface moved outwards), `face` and `outfit` (what is drawn where, cut in by `paint` and
`surface`), `footwear` and `skirt` (what is no layer, built in `lofts`), `assemble` and `dress` (the whole person),
`bake` (the file).
"""

from .body import Body, load_people
from .parts import JOINT_PARTS, PARTS, SURFACES

__all__ = ["JOINT_PARTS", "PARTS", "SURFACES", "Body", "load_people"]
