"""A whole site as one file, written while it works, and read back on either database.

What was committed before the backup began is in it: rows come from one snapshot, and a file is on the disk
before the row that names it is committed.  The format is of no database: a zip with a manifest, a member of JSON
lines per table, the files under their hashes, letters, and the key that signs clients' links.
Restoring is one transaction: it happens as a whole or not at all.
"""

import base64
import hashlib
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from sqlalchemy import Connection, MetaData, Table, insert, select, text

from storage import schema
from storage.database import Storage

FORMAT = 1
_BATCH = 1000
_HASH = re.compile(r"[0-9a-f]{64}")
_VERSIONS = "alembic_version"
_LONGEST_LINE = 400_000_000


class BackupRefused(Exception):
    """Nothing was changed.  `code` says why, `values` what is meant.

    Codes: exists (the target is there already), not_empty (the site has rows), unreadable (no backup, or it is
    damaged), newer (made by a newer version of the product).
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(f"{code}: {values}")
        self.code, self.values = code, values


@dataclass(frozen=True, slots=True)
class Report:
    """What a backup holds."""

    rows: int
    files: int
    schema: str
    made_at: datetime
    missing_files: int = 0  # removed by the daily cleaning after the snapshot was taken


def write(
    storage: Storage, target: Path, *, now: datetime, version: str, beside: Mapping[str, Path] | None = None
) -> Report:
    """Write the site into *target*, which must not be there; readable by its owner only.

    *beside*: further files by their name in the archive; a folder means everything in it.
    Raises BackupRefused("exists"), OSError.
    """
    if target.exists():
        raise BackupRefused("exists", path=str(target))
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "r+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                report = _write(storage, archive, now, version, beside or {})
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return report


def _write(
    storage: Storage, archive: zipfile.ZipFile, now: datetime, version: str, beside: Mapping[str, Path]
) -> Report:
    rows = files = missing = 0
    with _snapshot(storage) as connection:
        metadata = _reflected(connection)
        revision = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar_one()  # noqa: S608
        names = [table.name for table in metadata.sorted_tables if table.name != _VERSIONS]
        for name in names:
            with archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
                rows += _write_rows(connection, metadata.tables[name], member.write)
        hashes = connection.execute(select(metadata.tables["file"].c.hash)).scalars().all()
    for digest in hashes:
        try:
            archive.writestr(f"files/{digest}", storage.files.open(digest), zipfile.ZIP_STORED)
            files += 1
        except FileNotFoundError:
            missing += 1
    for name, path in beside.items():
        _write_beside(archive, name, path)
    manifest = {
        "format": FORMAT, "product": version, "schema": revision, "made_at": now.isoformat(),
        "database": storage.url.get_backend_name(), "tables": names, "rows": rows, "files": files,
    }  # fmt: skip
    archive.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return Report(rows, files, revision, now, missing)


@contextmanager
def _snapshot(storage: Storage) -> Iterator[Connection]:
    """Open a connection that sees one moment of the database and disturbs nobody."""
    engine = storage.read_engine
    if not storage.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


def _reflected(connection: Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata


def _write_rows(connection: Connection, table: Table, write_: Callable[[bytes], Any]) -> int:
    count = 0
    columns = list(table.columns)
    write_(orjson.dumps([column.name for column in columns]) + b"\n")
    found = connection.execution_options(yield_per=_BATCH).execute(select(*columns))
    for row in found:
        write_(orjson.dumps([_plain(value) for value in row], option=orjson.OPT_PASSTHROUGH_DATETIME) + b"\n")
        count += 1
    return count


def _write_beside(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    if path.is_dir():
        for item in sorted(path.rglob("*")):
            if item.is_file() and item.suffix != ".part":
                _write_beside(archive, f"{name}/{item.relative_to(path).as_posix()}", item)
    elif path.is_file():
        archive.write(path, name)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (bytes, memoryview)):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return {"t": aware.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    raise TypeError(f"a column gave {type(value).__name__}, which a backup cannot hold")


# -- back again ----------------------------------------------------------------------------------------


def restore(
    storage: Storage, source: Path, *, force: bool = False, beside: Mapping[str, Path] | None = None
) -> Report:
    """Fill *storage* from a backup and bring its schema to this version; nobody else may use it meanwhile.

    With *force* everything that was there is dropped.  *beside*: where further files go; without *force* one that
    is there already is kept.
    Raises BackupRefused, OSError.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive)
            _check_empty(storage, force)
            _read_files(archive, storage)
            rows = _read_tables(archive, storage, manifest)
            for name, path in (beside or {}).items():
                _read_beside(archive, name, path, force)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, ValueError) as error:
        raise BackupRefused("unreadable", path=str(source), reason=str(error)) from error
    made_at = datetime.fromisoformat(manifest["made_at"])
    return Report(rows, manifest["files"], manifest["schema"], made_at)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest = orjson.loads(archive.read("manifest.json"))
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise ValueError("the manifest is of another kind")
    if manifest["format"] > FORMAT or not schema.knows(manifest["schema"]):
        raise BackupRefused("newer", product=manifest.get("product", "?"), schema=manifest["schema"])
    return manifest


def _check_empty(storage: Storage, force: bool) -> None:
    if force:
        return
    with storage.read() as connection:
        metadata = _reflected(connection)
        for table in metadata.sorted_tables:
            if (
                table.name != _VERSIONS
                and connection.execute(select(text("1")).select_from(table).limit(1)).first()
            ):
                raise BackupRefused("not_empty", table=table.name)


def _read_files(archive: zipfile.ZipFile, storage: Storage) -> None:
    for name in archive.namelist():
        if not name.startswith("files/"):
            continue
        digest, content = name.removeprefix("files/"), archive.read(name)
        if not _HASH.fullmatch(digest) or hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(f"{name} is not what its name says")
        storage.files.put(content, "")


def _read_tables(archive: zipfile.ZipFile, storage: Storage, manifest: Mapping[str, Any]) -> int:
    with storage.engine.connect() as connection, connection.begin():
        if storage.is_sqlite:
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        _reflected(connection).drop_all(connection)
        schema.migrate(connection, manifest["schema"])
        metadata = _reflected(connection)
        for table in metadata.sorted_tables:  # a migration may have written rows of its own
            if table.name != _VERSIONS:
                connection.execute(table.delete())
        known = {table.name: table for table in metadata.sorted_tables}
        wanted = list(manifest["tables"])
        rows = 0
        for name in [name for name in known if name in wanted]:
            with archive.open(f"tables/{name}.jsonl") as member:
                rows += _insert(connection, known[name], iter(lambda: member.readline(_LONGEST_LINE), b""))
        if missing := set(wanted) - set(known):
            raise ValueError(f"there is no table {sorted(missing)[0]}")
        if rows != manifest["rows"]:
            raise ValueError(f"{rows} rows instead of {manifest['rows']}")
        schema.migrate(connection, "head")
    return rows


def _insert(connection: Connection, table: Table, lines: Iterable[bytes]) -> int:
    names, count, batch = None, 0, []
    aware = connection.dialect.name != "sqlite"
    for line in lines:
        values = orjson.loads(line)
        if names is None:
            names = values
            continue
        batch.append(dict(zip(names, (_value(value, aware) for value in values), strict=True)))
        count += 1
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)
    return count


def _value(value: Any, aware: bool) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "b":
        return base64.b64decode(content, validate=True)
    if kind == "t":
        moment = datetime.fromisoformat(content)
        return moment if aware else moment.astimezone(UTC).replace(tzinfo=None)
    if kind == "d":
        return date.fromisoformat(content)
    raise ValueError(f"a value of the unknown kind {kind!r}")


def _read_beside(archive: zipfile.ZipFile, name: str, path: Path, force: bool) -> None:
    for member in archive.namelist():
        if member == name:
            place = path
        elif member.startswith(f"{name}/") and ".." not in PurePosixPath(member).parts and "\\" not in member:
            place = path / member.removeprefix(f"{name}/")
        else:
            continue
        if member.endswith("/") or (place.exists() and not force):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(archive.read(member))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
