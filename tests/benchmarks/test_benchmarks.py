"""The bench runs and prints what its contract says; figures are never asserted here."""

from web.benchmark.measure import run


def test_the_bench_measures_every_ratio_with_its_target(tmp_path):
    results = run(instances=10, folder=tmp_path, turns=30)

    assert {tuple(sorted(result.as_json())) for result in results} == {
        ("name", "note", "ok", "target", "value")
    }
    assert len({result.name for result in results}) == len(results) >= 6
    assert all(result.value > 0 for result in results)
