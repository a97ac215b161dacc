package main

// outcome is what became of a mutant.
type outcome int

const (
	survived outcome = iota
	killed
	// broken mutants do not compile.
	broken
)

// verdict is the outcome of a mutant, and the test that noticed it.
type verdict struct {
	outcome
	by string
}
