"""What an uploaded bundle becomes, and what is refused."""

import io
import zipfile

import pytest

from web.uploads import UploadRefused, collect, safe_path


def archive(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as made:
        for path, content in files.items():
            made.writestr(path, content)
    return target.getvalue()


def test_a_zipped_folder_means_the_same_as_its_files():
    files = {"sale.bpmn": b"<a/>", "forms/quote.form": b"{}"}

    zipped = collect([("sale.zip", archive({f"sale/{path}": data for path, data in files.items()}))])

    assert zipped == files == collect(list(files.items()))


def test_litter_of_operating_systems_is_left_out():
    content = archive({"a.bpmn": b"1", "__MACOSX/a.bpmn": b"2", ".DS_Store": b"3", "x/.git/config": b"4"})

    assert collect([("a.zip", content)]) == {"a.bpmn": b"1"}


@pytest.mark.parametrize(
    "path", ["../a.bpmn", "/etc/passwd", "x/../../a", "C:\\a.bpmn", "..\\a", "a\x00b", "", "a" * 300]
)
def test_a_path_that_leaves_the_bundle_is_refused(path):
    with pytest.raises(UploadRefused) as refused:
        safe_path(path)

    assert refused.value.code == "upload.bad_path"


def test_an_archive_with_a_path_that_leaves_the_bundle_is_refused():
    with pytest.raises(UploadRefused) as refused:
        collect([("evil.zip", archive({"../../evil.bpmn": b"1"}))])

    assert refused.value.code == "upload.bad_path"


def test_an_archive_that_unpacks_beyond_the_limit_is_refused_early():
    bomb = archive({"a.bpmn": b"0" * 30_000_000})
    assert len(bomb) < 100_000

    with pytest.raises(UploadRefused) as refused:
        collect([("bomb.zip", bomb)], limit=1_000_000)

    assert refused.value.code == "upload.too_large"
    assert refused.value.file == "bomb.zip"


def test_many_archives_share_one_limit():
    part = archive({"x": b"0" * 600_000})
    other = archive({"y": b"0" * 600_000})

    with pytest.raises(UploadRefused, match="too_large"):
        collect([("1.zip", part), ("2.zip", other)], limit=1_000_000)


def test_the_same_path_twice_is_refused():
    with pytest.raises(UploadRefused) as refused:
        collect([("a.bpmn", b"1"), ("./a.bpmn", b"2")])

    assert (refused.value.code, refused.value.file) == ("upload.twice", "a.bpmn")


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04", b"PK\x03\x04" + b"\xff" * 100, archive({"a": b"1" * 999})[:-30]],
    ids=["head only", "noise", "cut off"],
)
def test_a_broken_archive_is_refused(content):
    with pytest.raises(UploadRefused) as refused:
        collect([("broken.zip", content)])

    assert refused.value.code == "upload.bad_archive"


def test_nothing_uploaded_is_refused():
    with pytest.raises(UploadRefused, match="empty"):
        collect([])
