"""Where cohorts come from: registered surveys, the synthetic cohort, a user's own file or frame."""
