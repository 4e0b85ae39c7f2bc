// Package assets carries what the screens show and play, so that a terminal
// needs nothing from the machine it runs on: no installed font, no sound theme,
// no icon set.
//
//   - fonts: Noto Sans CJK SC, regular and bold, cut to GBK and to single faces
//     by fonts/cut.sh (SIL Open Font License, fonts/OFL.txt);
//   - icons: the Lucide icons in use, as SVG with the stroke "currentColor"
//     (ISC licence, icons/LICENSE);
//   - sounds: four short tones and the spoken sentences in two languages, made
//     by the program in assets/sounds and free of any rights of others;
//   - i18n: the words of every screen, one TOML file a language, for go-i18n;
//   - the application's own icon.
//
// Everything is embedded in the program. The package knows no user interface
// toolkit, so HQ's web pages may use it as well. What it returns is shared:
// callers must not write into the bytes.
//
// Limits: a character outside GBK (and a few more that names have) is in
// neither font; a name may then show a replacement sign.
package assets

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed fonts/NotoSansSC-Regular.otf
var fontRegular []byte

//go:embed fonts/NotoSansSC-Bold.otf
var fontBold []byte

//go:embed icon.svg
var appIcon []byte

//go:embed icons/*.svg
var icons embed.FS

//go:embed sounds/*.wav sounds/zh/*.wav sounds/en/*.wav
var sounds embed.FS

//go:embed i18n/*.toml
var translations embed.FS

// FontRegular returns the text font, an OpenType file with one face.
func FontRegular() []byte { return fontRegular }

// FontBold returns the font of headings and numbers, an OpenType file with one
// face and the characters of FontRegular.
func FontBold() []byte { return fontBold }

// AppIcon returns the application's icon as SVG.
func AppIcon() []byte { return appIcon }

// Icon returns the Lucide icon of a name, such as "circle-check", as SVG; its
// strokes are "currentColor" for the caller to replace. The error wraps
// fs.ErrNotExist for a name that is not bundled.
func Icon(name string) ([]byte, error) {
	b, err := icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return nil, fmt.Errorf("icon %q is not among the bundled ones: %w", name, err)
	}
	return b, nil
}

// Sound is one of the bundled sounds.
type Sound string

// The sounds. Each can be told from the others without looking: accept rises,
// wait repeats, refuse falls, key is a tick.
const (
	SoundAccept Sound = "accept"
	SoundWait   Sound = "wait"
	SoundRefuse Sound = "refuse"
	SoundKey    Sound = "key"
)

// WAV returns the sound as a WAV file: 16-bit PCM, one channel, 22,050 samples
// a second. The error wraps fs.ErrNotExist for a sound that is not bundled.
func (s Sound) WAV() ([]byte, error) {
	b, err := sounds.ReadFile("sounds/" + string(s) + ".wav")
	if err != nil {
		return nil, fmt.Errorf("sound %q is not among the bundled ones: %w", string(s), err)
	}
	return b, nil
}

// Prompt returns a spoken sentence in a language, "zh" or "en", as a WAV file in
// the format of the sounds, at most three seconds long. The error wraps
// fs.ErrNotExist for a sentence or a language that is not bundled.
func Prompt(name, lang string) ([]byte, error) {
	b, err := sounds.ReadFile("sounds/" + lang + "/" + name + ".wav")
	if err != nil {
		return nil, fmt.Errorf("sentence %q in %q is not among the bundled ones: %w", name, lang, err)
	}
	return b, nil
}

// Translations returns a folder with one go-i18n file a language: zh.toml,
// en.toml.
func Translations() fs.FS {
	sub, err := fs.Sub(translations, "i18n")
	if err != nil { // only for a malformed name, and the name is a constant
		panic(err)
	}
	return sub
}
