"""Web IDL for Python: names, interfaces, dictionaries, and the conversion of values."""
