"""Every context's rows in one place, for migrations and the check that models equal migrations."""

from __future__ import annotations

from campaigns.accounts import models as _accounts
from campaigns.artifacts import models as _artifacts
from campaigns.attribution import models as _attribution
from campaigns.audience import models as _audience
from campaigns.db import models as _db
from campaigns.db.base import Base
from campaigns.deals import models as _deals
from campaigns.kits import models as _kits
from campaigns.launches import models as _launches
from campaigns.leads import models as _leads
from campaigns.leads import routing_models as _routing
from campaigns.mailroom import models as _mailroom
from campaigns.outbound import models as _outbound
from campaigns.partners import models as _partners
from campaigns.rates import models as _rates
from campaigns.reports import models as _reports
from campaigns.sequences import models as _sequences
from campaigns.tracking import models as _tracking

LOADED = (
    _accounts, _artifacts, _attribution, _audience, _db, _deals, _kits, _launches, _leads, _mailroom, _outbound,
    _partners, _rates, _reports, _routing, _sequences, _tracking,
)  # fmt: skip
metadata = Base.metadata
