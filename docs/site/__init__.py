"""What is made of the documents and of the code: the site (`python -m docs.site`) and the manual page."""
