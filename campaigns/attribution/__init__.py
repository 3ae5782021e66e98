"""Which meeting brought a deal: pure credit models, paths, immutable runs."""
