"""How fast the library is: every figure a ratio against the raw thing, measured in the same run."""
