"""What the person at the terminal needs to know once everything is up."""

from service_api.launch.plan import Plan

PAGES = (
    ("customers chat", "/"),
    ("agents", "/desk"),
    ("supervisors", "/console"),
    ("API", "/docs"),
)


def welcome(plan: Plan) -> str:
    """Addresses, where the data lives, and in the demo who can sign in."""
    lines = ["", "  Ting 听 is running", ""]
    lines += [f"    {name:<15} {plan.web_address}{path}" for name, path in PAGES]
    lines += ["", f"    data            {plan.data_dir}", f"    logs            {plan.logs}"]
    return "\n".join([*lines, ""])
