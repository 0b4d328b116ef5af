"""Sources of media (§4.3.1): devices and generators, and the tracks that share them."""
