"""From bytes to a picture, and from a picture to what the network sees."""
