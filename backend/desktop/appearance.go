package desktop

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"fs-client-portal/backend/portal"
)

// The values of an appearance; the first is the default.
var (
	themes    = []string{"system", "light", "dark"}
	densities = []string{"comfortable", "compact"}
	textSizes = []int{100, 80, 90, 110, 125, 150}
)

// Appearance is how the user of this computer wants the app to look. It is known before anyone signs in.
type Appearance struct {
	// Theme is system, light or dark.
	Theme string `json:"theme"`
	// Folded reports whether the menu shows its icons only.
	Folded bool `json:"folded"`
	// Density is comfortable or compact.
	Density string `json:"density"`
	// TextSize is in percent: 80, 90, 100, 110, 125 or 150.
	TextSize int `json:"text_size"`
}

func appearanceFile(configDir string) string { return filepath.Join(configDir, "appearance.json") }

// LoadAppearance returns the stored appearance. A missing or damaged value is the default.
func LoadAppearance(configDir string) Appearance {
	var a Appearance
	if content, err := os.ReadFile(appearanceFile(configDir)); err == nil && json.Unmarshal(content, &a) != nil {
		a = Appearance{}
	}
	a.Theme = oneOf(a.Theme, themes)
	a.Density = oneOf(a.Density, densities)
	a.TextSize = oneOf(a.TextSize, textSizes)
	return a
}

// oneOf returns value if it is among values, otherwise the first of them.
func oneOf[T comparable](value T, values []T) T {
	if slices.Contains(values, value) {
		return value
	}
	return values[0]
}

// Dark reports whether the window is dark before its page has loaded.
func (a Appearance) Dark() bool { return a.Theme == "dark" || a.Theme == "system" && PrefersDark() }

// Appearance returns the stored appearance.
func (d *Desktop) Appearance() Appearance { return LoadAppearance(d.options.ConfigDir) }

// SetAppearance stores an appearance for the next start; the code is invalid for an unknown value.
func (d *Desktop) SetAppearance(a Appearance) error {
	if !slices.Contains(themes, a.Theme) || !slices.Contains(densities, a.Density) || !slices.Contains(textSizes, a.TextSize) {
		return problem(portal.Invalid, "This version does not know this appearance. Choose another one in Settings.")
	}
	content, err := json.Marshal(a)
	if err != nil {
		return err
	}
	d.files.Lock()
	defer d.files.Unlock()
	return writeFile(appearanceFile(d.options.ConfigDir), append(content, '\n'))
}
