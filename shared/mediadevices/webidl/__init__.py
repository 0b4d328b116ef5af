"""Web IDL in Python's sense: names, interfaces, dictionaries and conversion of what comes in."""
