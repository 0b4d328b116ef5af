"""`LocalAgent`: the user agent where there is no browser. It runs the standard over drivers."""
