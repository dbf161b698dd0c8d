"""What stages leave behind: tables, stored zips, pickles, sidecars, and hashes of their content."""

from .atomic import atomic_output, write_bytes, write_json
from .tables import Table, read_table, write_table

__all__ = ["Table", "atomic_output", "read_table", "write_bytes", "write_json", "write_table"]
