package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"strings"

	"hexiao/assets"
)

//go:embed static
var staticFiles embed.FS

// asset is a file that browsers may keep: its address changes with what is in it.
type asset struct {
	name, kind string
	body       []byte
}

// readStatic gives the files by the name in their address.
func readStatic() (map[string]asset, error) {
	all := map[string]asset{}
	add := func(name, kind string, body []byte) {
		sum := sha256.Sum256(body)
		ext := path.Ext(name)
		all[strings.TrimSuffix(name, ext)+"-"+hex.EncodeToString(sum[:6])+ext] = asset{name, kind, body}
	}
	for name, kind := range map[string]string{"hq.css": "text/css; charset=utf-8", "hq.js": "text/javascript; charset=utf-8"} {
		body, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			return nil, err
		}
		add(name, kind, body)
	}
	add("icon.svg", "image/svg+xml", assets.AppIcon())
	return all, nil
}

// address gives where a file is served.
func (d *Dashboard) address(name string) string {
	for at, a := range d.static {
		if a.name == name {
			return "/static/" + at
		}
	}
	return ""
}

func (d *Dashboard) serveStatic(w http.ResponseWriter, r *http.Request) {
	a, ok := d.static[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if _, err := w.Write(a.body); err != nil {
		d.Log.DebugContext(r.Context(), "file not delivered", "error", err)
	}
}

// icon gives a bundled icon to stand in a page; it is decoration, so readers of
// screens pass over it.
func icon(name string) (template.HTML, error) {
	raw, err := assets.Icon(name)
	if err != nil {
		return "", err
	}
	_, svg, _ := strings.Cut(string(raw), "-->")
	svg = strings.Replace(strings.TrimSpace(svg), "<svg", `<svg aria-hidden="true" focusable="false"`, 1)
	return template.HTML(svg), nil // #nosec G203 -- one of our own files
}
