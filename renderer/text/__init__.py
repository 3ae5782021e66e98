"""One line layout for PDF and pictures: fonts by coverage, shaping, fitting."""
