"""Every table of the service, for the migrations: importing a room's models registers them."""

from service_api.articles import models as articles
from service_api.audit import models as audit
from service_api.channels import web_models as web_chat
from service_api.channels.wechat import models as wechat
from service_api.complaints import case_models as cases
from service_api.complaints import models as complaints
from service_api.conversations import callback_models as callbacks
from service_api.conversations import desk_models as desk
from service_api.conversations import draft_models as drafts
from service_api.conversations import models as conversations
from service_api.conversations import rating_models as ratings
from service_api.core import clock, heartbeat
from service_api.core.database import Base
from service_api.customers import models as customers
from service_api.escalation import models as escalation
from service_api.improvements import models as improvements
from service_api.notifications import models as notifications
from service_api.outbox import models as outbox
from service_api.reports import models as reports
from service_api.staff import models as staff

ROOMS = (
    articles,
    audit,
    callbacks,
    cases,
    clock,
    complaints,
    conversations,
    customers,
    drafts,
    desk,
    escalation,
    heartbeat,
    improvements,
    notifications,
    outbox,
    ratings,
    reports,
    staff,
    web_chat,
    wechat,
)
METADATA = Base.metadata
