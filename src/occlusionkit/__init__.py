"""Data and benchmarks about people who are partly hidden."""
