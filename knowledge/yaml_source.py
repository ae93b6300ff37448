"""Reading YAML so that every complaint names the file and the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor


class ArticleError(Exception):
    """An article or the table of rates is not as it must be. The message names file and line."""


def parse_yaml(path: Path) -> tuple[yaml.Node, Any]:
    """The node tree, which knows lines, and the plain data. Raises ArticleError, also for a repeated key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(f"{path}:1: cannot be read as UTF-8 text ({error})") from error
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        if root is None:
            raise ArticleError(f"{path}:1: the file is empty")
        _refuse_repeated_keys(path, root)
        return root, SafeConstructor().construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ArticleError(f"{path}:{line}: not valid YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ArticleError(f"{path}:1: not valid YAML: {error}") from error


def where(node: yaml.Node, location: tuple[int | str, ...], *, text: str | None = None) -> int:
    """Line of the deepest part of `location` that the node has, or of the first scalar that holds `text`."""
    if text is not None:
        return _line_of_text(node, text) or node.start_mark.line + 1
    line = node.start_mark.line + 1
    for step in location:
        child = _child(node, step)
        if child is None:
            break
        line, node = child
    return line


def _child(node: yaml.Node, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


def _line_of_text(node: yaml.Node, text: str) -> int | None:
    if isinstance(node, yaml.ScalarNode):
        return node.start_mark.line + 1 if text in node.value else None
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        children = [value for _, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = list(node.value)
    return next((line for child in children if (line := _line_of_text(child, text))), None)


def _refuse_repeated_keys(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise ArticleError(f"{path}:{key.start_mark.line + 1}: key {name!r} stands twice")
            seen.add(name)
            _refuse_repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item)
