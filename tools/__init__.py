"""Programs for the authors of the library: they check it, measure it and write pages of the docs.

Each has a target in the Makefile. Nothing in the library imports them.
"""
