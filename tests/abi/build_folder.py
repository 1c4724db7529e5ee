# SPDX-License-Identifier: MIT
"""What the build folder of LSEXPORT_BUILD_DIR has made."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Built:
    shared: Path  # liblsexport.so.X.Y.Z
    archive: Path  # liblsexport.a
    core: Path  # the archive that tests link, hidden names and all
    headers: tuple[Path, ...]  # those that will be installed
    version: str

    @property
    def include(self) -> Path:
        return self.headers[0].parent.parent


def find_built() -> Built:
    folder = Path(os.environ["LSEXPORT_BUILD_DIR"]).resolve()

    def told(name: str) -> Any:
        return json.loads((folder / f"meson-info/intro-{name}.json").read_text())

    made = {(target["name"], target["type"]): Path(target["filename"][0]) for target in told("targets")}
    return Built(
        shared=made["lsexport", "shared library"],
        archive=made["liblsexport.a", "custom"],
        core=made["lsexport-core", "static library"],
        headers=tuple(sorted(Path(source) for source in told("installed") if source.endswith(".h"))),
        version=told("projectinfo")["version"],
    )
