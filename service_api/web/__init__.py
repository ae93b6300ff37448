"""What all pages share: templates, words, assets, the chat widget, sign-in."""
