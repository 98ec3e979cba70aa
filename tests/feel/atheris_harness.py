"""Run atheris on one target of the fuzz: `python -m tests.feel.atheris_harness TARGET [libFuzzer's options]`."""

import sys

import atheris

with atheris.instrument_imports(include=["bpmn.feel", "bpmn.dmn", "bpmn.forms"]):
    from tests.feel.fuzzing import run_one


def main() -> None:
    target = sys.argv.pop(1)
    atheris.Setup(sys.argv, lambda data: run_one(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
