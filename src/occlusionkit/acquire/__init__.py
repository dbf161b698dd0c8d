"""Acquire: where every dataset comes from, its resumable download, its checksums, its archives and its layout."""
