"""`python -m knowledge build | search "…" | evaluate FILE.csv | check`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from knowledge.article import load_articles, placed_articles
from knowledge.yaml_source import ArticleError

ARTICLES = Path(__file__).with_name("faq")


def default_index() -> Path:
    """var/index, or the folder `index` inside TING_DATA_DIR."""
    return Path(os.environ.get("TING_DATA_DIR", "var")) / "index"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when something must be put right, 2 for a wrong command line."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except ArticleError as error:
        print(error, file=sys.stderr)
    except _unusable() as error:
        print(error, file=sys.stderr)
    return 1


def _unusable() -> tuple[type[Exception], ...]:
    from knowledge.embedder import UnusableModel
    from knowledge.index import IndexUnavailable

    return IndexUnavailable, UnusableModel


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge", description=__doc__)
    commands = parser.add_subparsers(required=True)
    build = commands.add_parser("build", help="build the index, unless nothing has changed")
    build.add_argument("--articles", type=Path, default=ARTICLES)
    build.add_argument("--out", type=Path, default=None, help="default: var/index")
    build.add_argument("--force", action="store_true", help="build even if nothing has changed")
    build.add_argument("--zh-model", help="self-trained (default), a model directory, or a name on the hub")
    build.add_argument("--en-model", help="packaged-minilm (default), or as above; several are joined by +")
    build.add_argument("--reranker", help="none (default), a cross-encoder's directory, or a name on the hub")
    build.set_defaults(run=_build)
    search = commands.add_parser("search", help="ask one question")
    search.add_argument("question")
    search.add_argument("--language", choices=["zh", "en"])
    search.add_argument("--index", type=Path, default=None, help="default: var/index")
    search.set_defaults(run=_search)
    evaluate = commands.add_parser("evaluate", help="figures on questions with known articles")
    evaluate.add_argument("file", type=Path, nargs="*", help="CSV of question,article_id[,language[,kind]]")
    evaluate.add_argument("--index", type=Path, default=None, help="default: var/index")
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    evaluate.add_argument(
        "--robustness", action="store_true", help="also disturb the questions (takes longer)"
    )
    evaluate.add_argument(
        "--banking77", type=Path, metavar="DIR", help="the public yardstick: train.csv and test.csv"
    )
    evaluate.add_argument(
        "--faq", type=Path, metavar="FILE", help="another bank's question,article_id; part held out"
    )
    evaluate.set_defaults(run=_evaluate)
    check = commands.add_parser("check", help="schema, duplicates and contradictions of the articles")
    check.add_argument("--articles", type=Path, default=ARTICLES)
    check.set_defaults(run=_check)
    return parser


def _build(chosen: argparse.Namespace) -> int:
    from knowledge.build import DEFAULT_EMBEDDERS, BuildSettings, build_if_changed, build_index

    started = time.monotonic()
    root = chosen.out or default_index()
    articles = load_articles(chosen.articles)
    settings = BuildSettings(
        embedders={
            "zh": chosen.zh_model or os.environ.get("TING_ZH_MODEL") or DEFAULT_EMBEDDERS["zh"],
            "en": chosen.en_model or os.environ.get("TING_EN_MODEL") or DEFAULT_EMBEDDERS["en"],
        },
        reranker=chosen.reranker or os.environ.get("TING_RERANKER") or None,
    )
    build = build_index if chosen.force else build_if_changed
    manifest = build(articles, root, settings=settings, progress=lambda line: print(line, flush=True))
    if manifest is None:
        print(f"{root}: up to date, {len(articles)} articles")
        return 0
    for language, entry in manifest.languages.items():
        figures = ", ".join(f"{name} {value:.3f}" for name, value in entry.evaluation.items())
        print(f"{language}: {entry.phrasings} phrasings, {' + '.join(entry.model_ids)}, {figures}")
    print(f"{root / manifest.version}: {manifest.articles} articles in {time.monotonic() - started:.1f} s")
    return 0


def _search(chosen: argparse.Namespace) -> int:
    from knowledge.search import Engine

    result = Engine.open(chosen.index or default_index()).search(chosen.question, chosen.language)
    reason = f" ({result.reason})" if result.outcome == "none" else ""
    print(f"{result.outcome}{reason}  confidence {result.confidence:.2f}  language {result.language}")
    for match in result.matches:
        wording = match.article.wording(result.language or "zh")
        print(f"  {match.confidence:.2f}  {match.article.id}  {wording.question}")
    if result.outcome == "answer":
        print(f"\n{result.match.article.answer(result.language)}")
    return 0


def _evaluate(chosen: argparse.Namespace) -> int:
    from knowledge import report
    from knowledge.evaluate import evaluate, robustness
    from knowledge.questions import BadTestSet, read_questions
    from knowledge.search import Engine
    from knowledge.yardstick import banking77, other_bank

    if not (chosen.file or chosen.banking77 or chosen.faq):
        print("evaluate what? name a CSV file, --banking77 DIR or --faq FILE", file=sys.stderr)
        return 2
    found: dict[str, object] = {}
    try:
        comparisons = banking77(chosen.banking77, _to_stderr) if chosen.banking77 else []
        if chosen.faq:
            comparisons.append(other_bank(chosen.faq, _to_stderr))
        if comparisons:
            found["comparisons"] = comparisons
        questions = [question for path in chosen.file for question in read_questions(path)]
        if questions:
            engine = Engine.open(chosen.index or default_index())
            found["evaluation"] = evaluate(engine, questions)
            if chosen.robustness:
                found["robustness"] = robustness(engine, questions)
    except BadTestSet as error:
        print(error, file=sys.stderr)
        return 1
    print(report.as_json(found) if chosen.json else report.as_text(found))
    return 0


def _check(chosen: argparse.Namespace) -> int:
    from knowledge.check import check_articles

    placed = placed_articles(chosen.articles)
    places = {article.id: place for article, place in placed}
    findings = check_articles([article for article, _ in placed])
    for finding in findings:
        print(finding.text(places))
    errors = sum(finding.severity == "error" for finding in findings)
    print(f"{len(placed)} articles: {errors} errors, {len(findings) - errors} warnings")
    return 1 if errors else 0


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
