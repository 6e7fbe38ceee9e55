"""A foreign export: what its tables, headers and values may be, proposed as params to confirm."""
