-- want static.manifest: syntax.lua:3:
return {
  doc = "a comma is missing" levels = 2,
}
