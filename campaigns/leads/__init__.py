"""Submissions of landing pages and the leads they become."""
