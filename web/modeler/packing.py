"""A draft as one ZIP, the same shape that uploading takes."""

import io
import zipfile
from collections.abc import Mapping


def pack(files: Mapping[str, bytes]) -> io.BytesIO:
    """Return an archive of *files*, at its beginning."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(path, files[path])
    packed.seek(0)
    return packed
