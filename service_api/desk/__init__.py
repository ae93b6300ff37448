"""The pages of service agents: waiting conversations, the talk itself, complaints to handle."""
