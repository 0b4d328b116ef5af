"""Encode a film again, as H.264: `python encode.py FROM TO`."""

import sys

import av

source, target = sys.argv[1:]
with av.open(source) as film, av.open(target, "w") as coded:
    [stream] = film.streams.video
    made = coded.add_stream("libx264", rate=1000, options={"preset": "fast", "crf": "23"})
    made.width, made.height, made.pix_fmt = stream.width, stream.height, "yuv420p"
    for frame in film.decode(video=0):
        frame.pts = None
        coded.mux(made.encode(frame.reformat(format="yuv420p")))
    coded.mux(made.encode())
