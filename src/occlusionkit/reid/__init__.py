"""Occluded person re-identification: AFPB (ICME 2018), its protocols, and exact ranking."""
