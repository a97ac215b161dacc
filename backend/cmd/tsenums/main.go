// tsenums writes the enumerations, error codes and role table of the Go packages as TypeScript, so that the screens do
// not repeat them. Run it at the top of the repository after changing one; its test fails while the file is out of
// date.
package main

import (
	"fmt"
	"os"
)

// target is the file the screens import, below the top of the repository.
const target = "frontend/src/bridge/enums.ts"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "tsenums:", err)
		os.Exit(1)
	}
}

func run(top string) error {
	text, err := generate(top)
	if err != nil {
		return err
	}
	return os.WriteFile(top+"/"+target, []byte(text), 0o644)
}
