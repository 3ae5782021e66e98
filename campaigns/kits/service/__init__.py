"""What may be done to kits: upload, check, publish, withdraw; and kits as folders for the command line."""

from campaigns.kits.service.checking import CHECK_FAILED, CheckOutcome, check_again, give_up_check, run_check
from campaigns.kits.service.publishing import publish, withdraw
from campaigns.kits.service.uploading import PICTURE_TASK, KitUpload, upload_file, upload_files, upload_kit

__all__ = [
    "CHECK_FAILED",
    "PICTURE_TASK",
    "CheckOutcome",
    "KitUpload",
    "check_again",
    "give_up_check",
    "publish",
    "run_check",
    "upload_file",
    "upload_files",
    "upload_kit",
    "withdraw",
]
