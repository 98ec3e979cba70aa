"""Where test data lies that is not part of the project."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
CONFORMANCE = SHARED / "conformance"
