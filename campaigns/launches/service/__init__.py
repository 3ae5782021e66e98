"""What may be done to launches. `worker` calls the steps of rendering; mailing is `campaigns.sequences`."""

from campaigns.launches.service.launching import LaunchRequest, launch_campaign, relaunch
from campaigns.launches.service.moving import (
    cancel_launch,
    fail_start,
    finish_if_done,
    hold_launch,
    mark_ready,
    mark_running,
    pause_launch,
    resume_launch,
)
from campaigns.launches.service.pieces import fail_piece, record_piece, retry_failed, start_piece

__all__ = [
    "LaunchRequest",
    "cancel_launch",
    "fail_piece",
    "fail_start",
    "finish_if_done",
    "hold_launch",
    "launch_campaign",
    "mark_ready",
    "mark_running",
    "pause_launch",
    "record_piece",
    "relaunch",
    "resume_launch",
    "retry_failed",
    "start_piece",
]
