package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// swapped are operators and what a mutant has in their place.
var swapped = map[token.Token]string{
	token.EQL: "!=", token.NEQ: "==",
	token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
	token.LAND: "||", token.LOR: "&&",
}

// visit collects the mutants of one node; ast.Inspect calls it for every node.
func (f *goFile) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.Field:
		// Tags are strings too, but no code.
		n.Tag = nil
	case *ast.IfStmt:
		f.negate(n.Cond)
	case *ast.BinaryExpr:
		f.swap(n)
	case *ast.BasicLit:
		f.literal(n)
	case *ast.Ident:
		f.boolean(n)
	case *ast.ExprStmt:
		call, ok := n.X.(*ast.CallExpr)
		if ok && logs(call) {
			return false
		}
		if ok && !panics(call) {
			f.replace("drop call", n, "")
		}
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			f.replace("drop assignment", n, "")
		}
	case *ast.IncDecStmt:
		f.replace("drop assignment", n, "")
	case *ast.ReturnStmt:
		f.noError(n)
	case *ast.CaseClause:
		if len(n.Body) > 0 {
			f.replace("remove case", n, "")
		}
	}
	return true
}

// negate leaves comparisons to swap, which does the same to them.
func (f *goFile) negate(condition ast.Expr) {
	if b, ok := condition.(*ast.BinaryExpr); ok && (b.Op == token.EQL || b.Op == token.NEQ) {
		return
	}
	f.replace("negate condition", condition, "!("+f.text(condition)+")")
}

func (f *goFile) swap(b *ast.BinaryExpr) {
	if other, ok := swapped[b.Op]; ok {
		start := f.offset(b.OpPos)
		f.replaceBytes("swap operator", start, start+len(b.Op.String()), other)
	}
}

func (f *goFile) literal(l *ast.BasicLit) {
	switch {
	case l.Kind == token.INT:
		f.number(l)
	case l.Kind == token.STRING && f.sql:
		f.sqlLines(l)
	}
}

// number doubles a number; file modes, which are octal, become open to every user.
func (f *goFile) number(l *ast.BasicLit) {
	value, err := strconv.ParseInt(l.Value, 0, 32)
	if err != nil {
		return
	}
	text := strconv.FormatInt(2*value, 10)
	switch {
	case strings.HasPrefix(l.Value, "0o"):
		text = "0o777"
	case value == 0:
		text = "1"
	case value == 1:
		text = "0"
	}
	f.replace("change number", l, text)
}

func (f *goFile) boolean(i *ast.Ident) {
	switch i.Name {
	case "true":
		f.replace("swap true and false", i, "false")
	case "false":
		f.replace("swap true and false", i, "true")
	}
}

// noError returns nil in place of the error of a variable. Where the function has no error result it does not compile.
func (f *goFile) noError(r *ast.ReturnStmt) {
	if len(r.Results) == 0 {
		return
	}
	last := r.Results[len(r.Results)-1]
	if name, ok := last.(*ast.Ident); ok && name.Name == "err" {
		f.replace("return no error", last, "nil")
	}
}

// logs reports whether a call only writes to the log: what the log says is not measured.
func logs(call *ast.CallExpr) bool {
	method, ok := call.Fun.(*ast.SelectorExpr)
	levels := []string{"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext", "Log", "LogAttrs"}
	return ok && slices.Contains(levels, method.Sel.Name)
}

func panics(call *ast.CallExpr) bool { return fmt.Sprint(call.Fun) == "panic" }

// sqlLines takes single conditions out of a statement. Each still mentions what it did, since an argument that no
// statement mentions is an error of its own.
func (f *goFile) sqlLines(l *ast.BasicLit) {
	begin, end := f.offset(l.Pos())+1, f.offset(l.End())-1
	continues := strings.HasPrefix(strings.TrimSpace(f.source[end+1:]), "+")
	for start := begin; start < end; {
		stop := strings.IndexByte(f.source[start:end], '\n')
		last := stop < 0
		if last {
			stop = end - start
		}
		if !last || !continues {
			f.sqlLine(start, f.source[start:start+stop])
		}
		start += stop + 1
	}
}

func (f *goFile) sqlLine(start int, line string) {
	trimmed := strings.TrimLeft(line, " \t")
	for _, word := range []string{"and ", "where "} {
		condition, ok := strings.CutPrefix(trimmed, word)
		condition = strings.TrimRight(condition, " \t")
		if !ok || !wholeCondition(condition) {
			continue
		}
		from := start + len(line) - len(trimmed) + len(word)
		f.replaceBytes("drop SQL condition", from, from+len(condition), "("+condition+" or true)")
	}
}

// wholeCondition reports whether a line is a condition by itself, not the start of one that goes on in the next line.
func wholeCondition(line string) bool {
	depth := 0
	for _, c := range line {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	ends := []string{" and", " or", " =", " in", ",", ";"}
	return depth == 0 && line != "" && !strings.Contains(line, "--") &&
		!slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(line, end) })
}
