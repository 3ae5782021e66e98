"""A whole programme out of one installation and into another: `throughline export` and `import`."""
