"""Companies as a vendor knows them: identities, names, its own accounts and open opportunities."""
