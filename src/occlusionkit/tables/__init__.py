"""Published numbers with their source, tables and their views, figures, and the report."""
