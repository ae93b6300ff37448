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
    if plan.settings.demo:
        from service_api.seed import SIGN_INS  # loads every room's tables: only once all is up

        lines += [
            "",
            "  Demo sign-ins (invented people; the page at / shows the customers' phones and codes)",
            "",
        ]
        lines += [f"    {one.username:<15} {one.password:<18} {one.role}" for one in SIGN_INS]
    return "\n".join([*lines, ""])
