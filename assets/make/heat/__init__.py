"""The campaign "Heat that keeps quiet": its night, its house, its cat."""
