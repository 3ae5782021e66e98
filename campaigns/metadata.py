"""Every context's rows in one place, for migrations and the check that models equal migrations."""

from __future__ import annotations

from campaigns.artifacts import models as _artifacts
from campaigns.audience import models as _audience
from campaigns.db import models as _db
from campaigns.db.base import Base
from campaigns.kits import models as _kits
from campaigns.launches import models as _launches
from campaigns.leads import models as _leads
from campaigns.mailroom import models as _mailroom
from campaigns.partners import models as _partners
from campaigns.sequences import models as _sequences
from campaigns.tracking import models as _tracking

LOADED = (_artifacts, _audience, _db, _kits, _launches, _leads, _mailroom, _partners, _sequences, _tracking)
metadata = Base.metadata
