-- Tells whether a key is the one that texts of this file are sealed with. Texts from before are as they were.
CREATE TABLE seal (
  token TEXT NOT NULL
) STRICT;
