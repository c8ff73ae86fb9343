package puzzle

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// cell is a cell's width and height in pixels.
const cell = 28

// known are the colours of signs that mean the same in many puzzles; others
// get one by their sign, the same in every picture.
var known = map[rune]color.RGBA{
	'#': {70, 70, 82, 255}, '_': {238, 238, 232, 255}, ' ': {238, 238, 232, 255}, '-': {238, 238, 232, 255},
	'@': {66, 133, 214, 255}, '*': {246, 200, 68, 255}, 'G': {88, 176, 96, 255}, 'O': {40, 60, 90, 255},
	'0': {226, 228, 230, 255}, '?': {176, 180, 188, 255},
}

func ground(sign rune) color.RGBA {
	if c, ok := known[sign]; ok {
		return c
	}
	h := fnv.New32a()
	h.Write([]byte(string(sign)))
	v := h.Sum32()
	return color.RGBA{130 + uint8(v%110), 130 + uint8(v>>8%110), 130 + uint8(v>>16%110), 255}
}

// picture draws rows of signs as a grid of coloured cells with their signs, PNG.
func picture(rows []string) ([]byte, error) {
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r))
	}
	img := image.NewRGBA(image.Rect(0, 0, width*cell+1, len(rows)*cell+1))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{200, 200, 200, 255}), image.Point{}, draw.Src)
	for y, row := range rows {
		x := 0
		for _, sign := range row {
			c := ground(sign)
			box := image.Rect(x*cell+1, y*cell+1, (x+1)*cell, (y+1)*cell)
			draw.Draw(img, box, image.NewUniform(c), image.Point{}, draw.Src)
			if sign != ' ' && sign != '_' && sign != '#' {
				ink := color.Gray{20}
				if int(c.R)+int(c.G)+int(c.B) < 330 {
					ink = color.Gray{245}
				}
				d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: basicfont.Face7x13,
					Dot: fixed.P(x*cell+(cell-6)/2, y*cell+cell/2+5)}
				d.DrawString(string(sign))
			}
			x++
		}
	}
	var buf bytes.Buffer
	err := png.Encode(&buf, img)
	return buf.Bytes(), err
}
