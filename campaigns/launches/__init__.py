"""The one-click launch, its states, cancel, relaunch."""
