"""Arrays in, small frozen results out. Knows nothing of frames, codebooks or cohorts."""
