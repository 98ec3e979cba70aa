"""A site of the test's own."""

import pytest

from tests.kills.site import Site


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    site.start()
    site.await_answer()
    yield site
    site.stop()
