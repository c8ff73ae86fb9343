package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"  // decoders are registered by name
	_ "image/jpeg" // likewise
	"image/png"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
)

// The bounds of a result's pictures.
const (
	imagesMax = 8
	pixelsMax = 4096 // of a side
)

// result is an answer as agents get it: texts one below the other, pictures,
// and a line about what is neither.
func result(answer *sdk.CallToolResult) tools.Result {
	var r tools.Result
	var parts []string
	for _, content := range answer.Content {
		switch c := content.(type) {
		case *sdk.TextContent:
			parts = append(parts, c.Text)
		case *sdk.ImageContent:
			if data := asPNG(c.Data); data != nil && len(r.Images) < imagesMax {
				r.Images = append(r.Images, gym.Image{Name: "tool", Data: data})
				continue
			}
			parts = append(parts, about("image", c.MIMEType, len(c.Data)))
		case *sdk.AudioContent:
			parts = append(parts, about("audio", c.MIMEType, len(c.Data)))
		case *sdk.ResourceLink:
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("[link: %s %s %s]", c.URI, c.Name, c.Description)))
		case *sdk.EmbeddedResource:
			switch {
			case c.Resource == nil:
			case c.Resource.Text != "":
				parts = append(parts, c.Resource.URI+":\n"+c.Resource.Text)
			default:
				parts = append(parts, about(c.Resource.URI, c.Resource.MIMEType, len(c.Resource.Blob)))
			}
		}
	}
	if len(parts) == 0 && len(r.Images) == 0 && answer.StructuredContent != nil {
		if raw, err := json.Marshal(answer.StructuredContent); err == nil {
			parts = append(parts, string(raw))
		}
	}
	r.Text = strings.Join(parts, "\n")
	return r
}

// about is a line for what cannot be shown.
func about(what, kind string, n int) string { return fmt.Sprintf("[%s: %s, %d bytes]", what, kind, n) }

// asPNG is a picture as PNG, nil where it is none that can be read or is too large.
func asPNG(data []byte) []byte {
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width > pixelsMax || c.Height > pixelsMax {
		return nil
	}
	if kind == "png" {
		return data
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	if png.Encode(&b, picture) != nil {
		return nil
	}
	return b.Bytes()
}
