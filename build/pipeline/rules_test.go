package pipeline

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// created returns the names of the jobs that a pipeline with these variables has, by the order of the alphabet, or none
// where the workflow's rules do not want one. A rule's changes count as made.
func (c config) created(variables map[string]string) ([]string, error) {
	workflow, _ := c.global["workflow"].(mapping)
	if when, err := decide(workflow["rules"], variables); err != nil || when == "never" {
		return nil, err
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.jobs)) {
		when, err := decide(c.jobs[name]["rules"], variables)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if when != "never" {
			names = append(names, name)
		}
	}
	return names, nil
}

// decide returns "when" of the first rule that applies, and "never" if none does: https://docs.gitlab.com/ci/yaml/#rules
func decide(rules any, variables map[string]string) (string, error) {
	list, ok := rules.([]any)
	if !ok {
		return "on_success", nil
	}
	for _, item := range list {
		rule, _ := item.(mapping)
		applies := true
		if condition, has := rule["if"].(string); has {
			var err error
			if applies, err = evaluate(condition, variables); err != nil {
				return "", err
			}
		}
		if !applies {
			continue
		}
		if when, has := rule["when"].(string); has {
			return when, nil
		}
		return "on_success", nil
	}
	return "never", nil
}

// expression is what the pipeline uses of https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions.
var expression = regexp.MustCompile(`^\$(\w+)(?: (==|!=|=~|!~) (?:"([^"]*)"|\$(\w+)|/(.*)/))?$`)

// evaluate returns whether a condition holds: comparisons joined by &&, which bind tighter than ||.
func evaluate(condition string, variables map[string]string) (bool, error) {
	for either := range strings.SplitSeq(condition, " || ") {
		all := true
		for part := range strings.SplitSeq(either, " && ") {
			holds, err := compare(strings.TrimSpace(part), variables)
			if err != nil {
				return false, err
			}
			all = all && holds
		}
		if all {
			return true, nil
		}
	}
	return false, nil
}

func compare(part string, variables map[string]string) (bool, error) {
	match := expression.FindStringSubmatch(part)
	if match == nil {
		return false, fmt.Errorf("the condition %q is not understood", part)
	}
	left, operator := variables[match[1]], match[2]
	right := match[3]
	if match[4] != "" {
		right = variables[match[4]]
	}
	switch operator {
	case "==", "!=":
		return (left == right) == (operator == "=="), nil
	case "=~", "!~":
		pattern, err := regexp.Compile(match[5])
		if err != nil {
			return false, err
		}
		return pattern.MatchString(left) == (operator == "=~"), nil
	}
	return left != "", nil
}
