"""The assistant: NLU examples, rules and the components of its own pipeline."""
