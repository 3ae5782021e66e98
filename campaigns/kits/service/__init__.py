"""What may be done to kits: upload, check, publish, withdraw; and kits as folders for the command line."""

from campaigns.kits.service.checking import CheckOutcome, run_check
from campaigns.kits.service.publishing import publish, withdraw
from campaigns.kits.service.uploading import KitUpload, upload_file, upload_files, upload_kit

__all__ = [
    "CheckOutcome",
    "KitUpload",
    "publish",
    "run_check",
    "upload_file",
    "upload_files",
    "upload_kit",
    "withdraw",
]
