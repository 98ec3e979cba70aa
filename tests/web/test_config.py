"""Settings: strict keys, types, secrets from the environment, a fresh key once."""

from pathlib import Path

import pytest
import yaml

from web import config
from web.config import ConfigRefused

EXAMPLE = Path(__file__).parents[2] / "config.yaml"


def test_the_documented_file_is_what_the_product_does_without_it():
    documented = config.load(EXAMPLE, environment={})

    assert documented == config.from_mapping({}, environment={})


def test_every_setting_is_documented():
    document = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    described = config.Config()

    for name, value in document.items():
        if isinstance(value, dict):
            assert set(value) == set(vars(getattr(described, name))), name
    assert set(document) == set(vars(described)) - {"environment"}


@pytest.mark.parametrize(
    ("document", "key", "near"),
    [
        ({"langauge": "ru"}, "langauge", "language"),
        ({"server": {"prot": 80}}, "server.prot", "server.port"),
        ({"sign_in": {"attempt": 3}}, "sign_in.attempt", "sign_in.attempts"),
    ],
)
def test_an_unknown_key_is_refused_and_the_nearest_known_one_named(document, key, near):
    with pytest.raises(ConfigRefused) as refused:
        config.from_mapping(document, environment={})

    assert refused.value.key == key
    assert near in refused.value.message_en
    assert near in refused.value.message_ru


@pytest.mark.parametrize(
    "document",
    [
        {"server": {"port": "eighty"}}, {"server": {"port": 0}}, {"server": {"port": True}}, {"demo": "yes"},
        {"language": "de"}, {"timezone": "Mars/Base"}, {"timezone": "../etc/passwd"}, {"base_url": "example.com"},
        {"server": 5}, {"mail": {"transport": "pigeon"}}, {"sign_in": {"attempts": 0}}, {"data": ""},
    ],
)  # fmt: skip
def test_values_of_the_wrong_kind_are_refused_by_name(document):
    with pytest.raises(ConfigRefused) as refused:
        config.from_mapping(document, environment={})

    assert refused.value.key


def test_a_file_that_is_not_yaml_is_refused_in_words(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("a: [1, 2", encoding="utf-8")

    with pytest.raises(ConfigRefused, match="cannot be read"):
        config.load(path, environment={})


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    settings = config.from_mapping({"data": tmp_path}, environment={})

    first = settings.secret_key()

    assert len(first) >= 40
    assert settings.secret_key() == first
    assert (tmp_path / config.KEY_FILE).stat().st_mode & 0o077 == 0


def test_secrets_come_from_the_environment(tmp_path):
    environment = {"MARSHRUT_SECRET_KEY": "s" * 40, "MARSHRUT_DATABASE_URL": "sqlite:///x.db"}
    settings = config.from_mapping({"data": tmp_path}, environment=environment)

    assert settings.secret_key() == "s" * 40
    assert settings.database_url == "sqlite:///x.db"
    assert not (tmp_path / config.KEY_FILE).exists()
    assert "ssss" not in repr(settings)
