"""Campaign kits: intake, versions, publishing."""
