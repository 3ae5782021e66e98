"""Enrolments, the step schedule, deliveries."""
