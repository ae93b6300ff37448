"""What the person at the terminal needs to know once everything is up."""

from service_api.launch.plan import Plan

PAGES = (
    ("start here", "/"),
    ("customers chat", "/chat"),
    ("agents", "/desk"),
    ("supervisors", "/console"),
    ("API", "/docs"),
)


def welcome(plan: Plan) -> str:
    """Addresses, where the data lives, and in the demo who can sign in."""
    lines = ["", "  Ting 听 is running", ""]
    lines += [f"    {name:<15} {plan.web_address}{path}" for name, path in PAGES]
    lines += ["", f"    data            {plan.data_dir}", f"    logs            {plan.logs}"]
    sign_ins = plan.data_dir / "demo-sign-ins.txt"
    if plan.settings.demo and sign_ins.exists():
        lines += [
            "",
            "  Demo sign-ins (invented people; the page at / shows the customers' phones and codes)",
            "",
        ]
        lines += [f"    {line}" for line in sign_ins.read_text().splitlines()]
    return "\n".join([*lines, ""])
