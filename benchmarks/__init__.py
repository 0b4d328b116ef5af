"""How fast the library is: ratios to the raw libraries, measured in the same run."""
