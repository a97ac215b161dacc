package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"fs-client-portal/backend/desktop/policy"
)

// The table in the README is between these lines.
const (
	tableBegin = "<!-- policy keys, written by backend/cmd/policyfiles -->\n"
	tableEnd   = "<!-- end of policy keys -->\n"
)

// readme returns the README with its table written anew.
func readme(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	before, rest, begun := strings.Cut(string(content), tableBegin)
	_, after, ended := strings.Cut(rest, tableEnd)
	if !begun || !ended {
		return nil, errors.New("the lines around the table of policy keys are missing")
	}
	return []byte(before + tableBegin + table() + tableEnd + after), nil
}

func table() string {
	var text strings.Builder
	text.WriteString("| policy key | environment | default | meaning |\n|---|---|---|---|\n")
	for _, key := range policy.Keys {
		fmt.Fprintf(&text, "| `%s` |%s |%s | %s |\n", key.Name, cell(key.Environment), cell(key.Default), meaning(key))
	}
	return text.String()
}

func cell(value any) string {
	if value == nil || value == "" {
		return ""
	}
	return fmt.Sprintf(" `%v`", value)
}

// meaning is the help text with the values that can be chosen.
func meaning(key policy.Key) string {
	text := key.Help.English
	if len(key.Choices) > 0 {
		text += " " + strings.ToUpper(key.Values()[:1]) + key.Values()[1:] + "."
	}
	if key.Reserved {
		text = "Reserved. " + text
	}
	return text
}
