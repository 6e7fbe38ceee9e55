"""Reading a source: everything that comes in passes here, once."""
