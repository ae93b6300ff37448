"""The life of an index: whole or not at all, and the last good one serves."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.build import BuildSettings, build_if_changed, build_index, is_up_to_date
from knowledge.embedder import UnusableModel
from knowledge.index import (
    DamagedIndex,
    Draft,
    IndexUnavailable,
    Manifest,
    current_version,
    point_to,
    verify,
    versions,
    write_version,
)
from knowledge.search import Engine
from tests.knowledge.conftest import small_article, small_articles

Built = tuple[Path, Manifest]


def test_the_manifest_says_what_the_index_is_made_of(built: Built) -> None:
    root, manifest = built
    assert manifest.articles == len(small_articles())
    assert manifest.languages["zh"].model_ids[0].startswith("static:")
    assert manifest.libraries["faiss-cpu"] != "absent"
    assert {"articles.json", "zh/view-0/vectors.faiss", "en/view-0/learnt.npz"} <= set(manifest.files)
    assert verify(current_version(root)) == manifest


def test_nothing_is_built_twice(built: Built, settings: BuildSettings) -> None:
    root, _ = built
    assert is_up_to_date(small_articles(), root, settings=settings)
    assert not is_up_to_date([small_article(owner="other"), *small_articles()[1:]], root, settings=settings)
    assert not is_up_to_date(small_articles(), root)
    assert not is_up_to_date(small_articles(), root / "nowhere", settings=settings)


def test_of_two_builders_at_once_one_builds(tmp_path: Path, settings: BuildSettings) -> None:
    def build(_: int) -> Manifest | None:
        return build_if_changed(small_articles(), tmp_path, settings=settings)

    with ThreadPoolExecutor(2) as both:
        made = list(both.map(build, range(2)))
    assert sum(one is not None for one in made) == 1
    assert len(versions(tmp_path)) == 1


def test_no_index_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="no CURRENT pointer"):
        Engine.open(tmp_path)


@pytest.mark.parametrize(
    "name", ["articles.json", "zh/view-0/vectors.faiss", "en/view-0/learnt.npz", "zh/model/model.safetensors"]
)
def test_a_truncated_file_is_refused_by_name(index: Path, name: str) -> None:
    path = current_version(index) / name
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(IndexUnavailable, match=name):
        Engine.open(index)


def test_a_missing_file_is_refused_by_name(index: Path) -> None:
    (current_version(index) / "zh" / "view-0" / "raw.npy").unlink()
    with pytest.raises(IndexUnavailable, match=r"raw\.npy is missing"):
        Engine.open(index)


def test_a_changed_manifest_is_refused(index: Path) -> None:
    path = current_version(index) / "manifest.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"articles": 6', '"articles": 7'), encoding="utf-8"
    )
    with pytest.raises(DamagedIndex, match="not the one that was published"):
        current_version(index)


def test_a_foreign_directory_is_refused(index: Path) -> None:
    foreign = index / "zz-foreign"
    foreign.mkdir()
    (foreign / "manifest.json").write_text('{"hello": 1}', encoding="utf-8")
    point_to(index, "zz-foreign")
    with pytest.raises(DamagedIndex, match="not one of this program"):
        verify(current_version(index))
    assert Engine.open(index).search("年费怎么收").outcome == "answer", "the older whole version serves"


@pytest.mark.parametrize(
    "pointer", ["", "{", "[]", '{"version": "../../etc", "manifest": ""}', '{"version": 1}']
)
def test_a_broken_pointer_falls_back_to_a_whole_version(index: Path, pointer: str) -> None:
    (index / "CURRENT").write_text(pointer, encoding="utf-8")
    assert Engine.open(index).search("年费怎么收").outcome == "answer"


def test_a_running_engine_keeps_the_last_good_version(index: Path) -> None:
    engine = Engine.open(index)
    good = engine.version
    shutil.copytree(index / good, index / "zz-copy")
    point_to(index, "zz-copy")
    (index / "zz-copy" / "articles.json").write_bytes(b"[")
    assert not engine.refresh()
    assert engine.version == good
    assert engine.search("年费怎么收").outcome == "answer"
    (index / "CURRENT").unlink()
    assert not engine.refresh()
    assert engine.search("年费怎么收").outcome == "answer"


def test_an_older_version_can_be_brought_back(index: Path) -> None:
    engine = Engine.open(index)
    first = engine.version
    engine.publish([small_article("prepay", owner="other")])
    point_to(index, first)
    assert engine.refresh()
    assert engine.version == first


def test_an_error_while_building_leaves_everything_as_it_was(index: Path) -> None:
    before = current_version(index)

    def fail(directory: Path) -> Draft:
        (directory / "half").write_text("half", encoding="utf-8")
        raise RuntimeError("out of breath")

    with pytest.raises(RuntimeError, match="out of breath"):
        write_version(index, fail)
    assert current_version(index) == before
    assert list(index.glob("*.tmp")) == []


def test_three_versions_are_kept(index: Path) -> None:
    engine = Engine.open(index)
    for turn in range(4):
        engine.publish([small_article("prepay", owner=f"owner {turn}")])
    assert len(versions(index)) == 3
    assert versions(index)[0] == current_version(index)


def test_an_index_for_another_model_is_refused(index: Path, tiny_model: Path) -> None:
    path = current_version(index) / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["languages"]["en"]["embedders"] = [str(tiny_model)]
    path.write_text(json.dumps(content), encoding="utf-8")
    point_to(index, path.parent.name)
    engine = Engine.open(index)
    with pytest.raises(DamagedIndex, match="the index was made with"):
        engine.wait_until_ready()


def test_a_model_that_is_not_there_stops_the_build(tmp_path: Path) -> None:
    missing = BuildSettings(embedders={"zh": str(tmp_path / "missing"), "en": str(tmp_path / "missing")})
    (tmp_path / "missing").mkdir()
    with pytest.raises(UnusableModel, match="cannot be loaded"):
        build_index(small_articles(), tmp_path / "index", settings=missing)
    assert versions(tmp_path / "index") == []
