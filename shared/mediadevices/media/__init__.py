"""Frames and samples: what flows through a track, after the WebCodecs standard.

`video_frame` and `audio_data` hold the two classes that a program meets. Beside them stand the
tables of formats, the operations on pixels (`pixels`, with one implementation per file) and the
processing of sound (`audio_processing`). Which implementation is used is decided in
`mediadevices.implementations`.
"""
