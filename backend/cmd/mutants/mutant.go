package main

import (
	"fmt"
	"strings"
)

// mutant is one small fault that can be put into a file.
type mutant struct {
	Path     string // below the top of the repository
	Function string // the declaration around it
	Operator string
	// The bytes from Start to End of the file become Text.
	Start, End int
	Text       string

	// The first line that changes, before and after.
	line        int
	was, become string
	nth         int // among equal changes of the function
}

// located fills in the line that the mutant changes.
func (m mutant) located(source string) mutant {
	begin := strings.LastIndexByte(source[:m.Start], '\n') + 1
	m.line = strings.Count(source[:m.Start], "\n") + 1
	m.was, m.become = firstLine(source[begin:]), firstLine(m.in(source)[begin:])
	return m
}

// in returns the source with the fault.
func (m mutant) in(source string) string { return source[:m.Start] + m.Text + source[m.End:] }

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d %s, %s: `%s` becomes `%s`", m.Path, m.line, m.Function, m.Operator, m.was, m.become)
}

// change is what a mutant does, wherever its line has moved to; nth counts equal changes of a function.
type change struct {
	path, function, operator, was, become string
	nth                                   int
}

func (c change) String() string {
	text := fmt.Sprintf("%s %s, %s: `%s` becomes `%s`", c.path, c.function, c.operator, c.was, c.become)
	if c.nth > 1 {
		text += fmt.Sprintf(", number %d", c.nth)
	}
	return text
}

func (m mutant) change() change {
	return change{m.Path, m.Function, m.Operator, m.was, m.become, m.nth}
}

// numbered counts equal changes.
func numbered(mutants []mutant) []mutant {
	seen := map[change]int{}
	for i, m := range mutants {
		c := m.change()
		seen[c]++
		mutants[i].nth = seen[c]
	}
	return mutants
}
