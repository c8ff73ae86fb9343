-- want static.manifest: it must return a table, not a number
return 42
