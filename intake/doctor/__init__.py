"""What an installation still lacks: checks that look, for the page «Was noch fehlt» and the shell."""
