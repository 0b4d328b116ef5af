"""What the page wheel has for the library's first module: it unpacks the library, and becomes it.

Afterwards the files lie as an ordinary wheel would have laid them.
"""


def _unpack() -> None:
    import sys
    from pathlib import Path

    package = sys.modules[__name__]
    assert package.__spec__ is not None
    assert package.__spec__.loader is not None
    archive = Path(__file__).with_name("modules.txt")
    site = archive.parent.parent
    names_and_texts = archive.read_text("utf-8").split("\0")
    paths = [site / name for name in names_and_texts[::2]]
    for folder in {path.parent for path in paths}:
        folder.mkdir(parents=True, exist_ok=True)
    for path, text in zip(paths, names_and_texts[1::2], strict=True):
        path.write_text(text, "utf-8")
    archive.unlink()
    # importlib.invalidate_caches() would import more than all of this takes.
    sys.path_importer_cache.pop(str(site), None)
    package.__spec__.loader.exec_module(package)  # what has just been written over this file


_unpack()
del _unpack
