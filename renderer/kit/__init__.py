"""A campaign kit as data: archive, manifest, layouts, catalogs, checks."""
