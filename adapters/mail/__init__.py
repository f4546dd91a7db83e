"""The way mail leaves: a letter becomes a MIME message, and a message goes to a server or into a folder."""
