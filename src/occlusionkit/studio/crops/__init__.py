"""Crops of people as a surveillance camera cuts them out, each person seen whole and hidden: stand-ins for re-ID sets.

In the order things happen: `looks` (how each camera spoils colours), `outdoors` and `sites` (where they film), `poses`
(how people walk and stand), `things` (what stands in front), `shots` (who stands where, behind what), `take` (the
picture, the box, and how much is hidden), `layouts` (official names), `files` (parts, folders and the index).
"""
