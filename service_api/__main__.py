"""`python -m service_api …`: one word for each thing that can be started."""

import argparse
import sys
from collections.abc import Callable

# Every command imports what it needs when it is called: `migrate` must not pay for the search library.


def _run() -> int:
    from service_api.launch.run import run

    return run()


def _web() -> int:
    import uvicorn

    from service_api.serving import LISTENING
    from service_api.settings import load_settings

    settings = load_settings()
    uvicorn.run(
        "service_api.app:create_app",
        factory=True,
        host=settings.web_host,
        port=settings.web_port,
        **LISTENING,
    )
    return 0


def _worker() -> int:
    from service_api import worker

    worker.main()
    return 0


def _migrate() -> int:
    from service_api.core.database import Database
    from service_api.core.migrate import migrate
    from service_api.settings import load_settings

    database = Database(load_settings().database_address)
    migrate(database)
    database.close()
    return 0


def _seed() -> int:
    from service_api.core.clock import DemoClock
    from service_api.core.database import Database
    from service_api.core.migrate import migrate
    from service_api.seed import SIGN_INS, seed
    from service_api.settings import load_settings

    settings = load_settings()
    database = Database(settings.database_address)
    migrate(database)
    seed(database, DemoClock(database), settings)
    database.close()
    lines = [f"{one.username:<15} {one.password:<18} {one.role}\n" for one in SIGN_INS]
    (settings.data_dir / "demo-sign-ins.txt").write_text("".join(lines))
    return 0


def _demo() -> int:
    from service_api.demo.play import play

    return play()


def _audit() -> int:
    from service_api.audit.proof import ForgedCheckpoint, checkpoints_of, first_flaw
    from service_api.core.database import Database
    from service_api.settings import load_settings

    settings = load_settings()
    try:
        checkpoints = checkpoints_of(settings).read()
    except ForgedCheckpoint as error:
        print(f"the checkpoints of the audit log were changed: {error}")
        return 1
    database = Database(settings.database_address)
    with database.reading() as session:
        flaw = first_flaw(session, checkpoints)
    database.close()
    if flaw is None:
        print(f"the audit log is whole; {len(checkpoints)} checkpoints agree with it")
        return 0
    print(f"the audit log was changed: {flaw}")
    return 1


def _staff(given: argparse.Namespace) -> int:
    """A new installation has nobody who could add people in the browser: this adds the first."""
    from pydantic import ValidationError

    from service_api.audit.service import Actor
    from service_api.core.clock import SystemClock
    from service_api.core.database import Database
    from service_api.core.problems import Problem
    from service_api.settings import load_settings
    from service_api.staff import members
    from service_api.staff.members_api import NewMember

    database = Database(load_settings().database_address)
    try:
        new = NewMember(username=given.username, display_name=given.name or given.username, role=given.role)
        with database.writing() as session:
            _, password = members.add(
                session, **new.model_dump(), by=Actor("system"), now=SystemClock().now()
            )
    except (ValidationError, Problem) as error:
        print(f"nobody was added: {error}", file=sys.stderr)
        return 1
    finally:
        database.close()
    print(f"{new.username} is a {new.role}; the first password, shown only here: {password}")
    return 0


def _articles() -> int:
    """What the desk has published goes back into the files."""
    from service_api.articles.export import export
    from service_api.articles.files import handbook_of
    from service_api.core.database import Database
    from service_api.settings import load_settings

    settings = load_settings()
    handbook = handbook_of(settings.articles_dir)
    database = Database(settings.database_address)
    with database.reading() as session:
        written = export(session, handbook)
    database.close()
    print("\n".join([*written, f"{len(written)} articles written to {handbook.folder}"]))
    return 0


COMMANDS: dict[str, tuple[str, Callable[[], int]]] = {
    "run": ("start every process of the product and watch over them", _run),
    "web": ("the API, the channels and the pages", _web),
    "worker": ("clocks, escalation, delivery, nightly jobs", _worker),
    "demo": ("play the main job against the desk that runs", _demo),
    "migrate": ("bring the database to the newest schema", _migrate),
    "audit": ("`audit verify`: prove that the audit log is whole, or name the first broken link", _audit),
    "articles": ("`articles export`: write what the desk has published into the article files", _articles),
    "seed": ("the same, and fill it with the demo's invented people", _seed),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m service_api", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True, metavar="COMMAND")
    people = words.add_parser("staff", help="`staff add NAME`: the first person of a new installation")
    people.add_argument("what", choices=["add"])
    people.add_argument("username")
    people.add_argument("--name", default="", help="as customers and colleagues see it")
    people.add_argument("--role", default="supervisor")
    for word, (meaning, _) in COMMANDS.items():
        own = words.add_parser(word, help=meaning, description=meaning)
        if word == "audit":
            own.add_argument("what", choices=["verify"])
        if word == "articles":
            own.add_argument("what", choices=["export"])
    given = parser.parse_args()
    return _staff(given) if given.word == "staff" else COMMANDS[given.word][1]()


if __name__ == "__main__":
    sys.exit(main())
