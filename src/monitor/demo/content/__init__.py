"""What people write in the made-up town of Lindestad: sentences as TOML, and their reading.

`articles.toml`, `threads.toml` and `toots.toml` are written by hand; `filler_nl.toml` and `filler_en.toml`
hold sentences with slots from which `monitor.demo.content.filler` makes everything that is beside the point.
Names, handles, numbers and domains are invented; every domain ends in `.example`.
"""

import tomllib
from importlib.resources import files
from typing import Any

Row = dict[str, Any]


def load(name: str) -> Row:
    """The tables of `<name>.toml`."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
