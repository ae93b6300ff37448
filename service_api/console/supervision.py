"""The pages about complaints and people that the composition root adds together."""

from service_api.console import audit, handlers, improvements, ledger, log, report, staff

ROUTERS = tuple(room.router for room in (log, report, ledger, improvements, audit, handlers, staff))
