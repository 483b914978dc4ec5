"""What makes a release: changelog section, commit, tag, packages, checks (`python -m release VERSION`)."""
