"""The pages of supervisors: what is late, what will be, and who has been told."""
