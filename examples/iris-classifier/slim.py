"""Makes installed packages small and quick to start: slim.py <site-packages> <module to import>.

Leaves out what a running app never reads (tests, headers, Gradio's Node server and sample media), then compiles
exactly those modules that the app imports: a container cannot write the compiled files itself, and without them
each start costs seconds. Compiled files carry a hash instead of a time, so that the result is always the same.
"""

import importlib
import py_compile
import shutil
import sys
from pathlib import Path

FOLDERS = ["**/tests", "**/testing/tests", "**/include", "gradio/templates/node", "gradio/media_assets", "bin"]
FILES = ["**/*.pyi", "**/*.pyx", "**/*.pxd", "**/*.a", "gradio/templates/frontend/assets/PlotlyPlot-*.js"]

# Gradio writes type stubs beside its components each time it is imported. Where nothing can be written it still parses
# all of their sources for that, which is a third of the start.
STUBS_FILE = "gradio/component_meta.py"
STUBS_CALL = "        create_or_modify_pyi(component_class, name, events)\n"


def skip_stubs(site: Path) -> None:
    file = site / STUBS_FILE
    source = file.read_text(encoding="utf-8")
    if source.count(STUBS_CALL) != 1:
        sys.exit(f"{STUBS_FILE} of this Gradio is another: see whether it still writes type stubs, and change slim.py")
    file.write_text(source.replace(STUBS_CALL, ""), encoding="utf-8")


def main(site: Path, module: str) -> None:
    skip_stubs(site)
    for pattern in FOLDERS:
        for folder in list(site.glob(pattern)):
            shutil.rmtree(folder, ignore_errors=True)
    for pattern in FILES:
        for file in list(site.glob(pattern)):
            file.unlink()
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(site), str(Path.cwd())]
    importlib.import_module(module)
    # Gradio drew it just now to make the names of cached files hard to guess. Each copy of the app has to draw its own.
    (site / "gradio/hash_seed.txt").unlink()
    for loaded in list(sys.modules.values()):
        source = getattr(loaded, "__file__", None)
        if source and source.endswith(".py"):
            py_compile.compile(source, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
