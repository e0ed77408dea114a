"""What two texts have in common: within a language by shared phrases, across languages by anchors and sentences."""
