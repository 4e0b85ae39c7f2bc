package config

// Look is how the screens look.
type Look struct {
	Palette string `toml:"palette" comment:"light, dark or contrast, which is for eyes that see little."`
	Large   bool   `toml:"large" comment:"Text a quarter larger."`
}

// Palettes lists the palettes that there are.
func Palettes() []string { return []string{"light", "dark", "contrast"} }
