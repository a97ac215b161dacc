package pipeline

import (
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// problems returns what GitLab would refuse or run wrongly. settings are the names of the project's own variables.
func (c config) problems(settings []string) []string {
	found := wrongKeywords("", c.global, globalKeywords)
	for _, name := range slices.Sorted(maps.Keys(c.jobs)) {
		job := c.jobs[name]
		for _, problem := range slices.Concat(
			wrongKeywords("", job, jobKeywords), c.wrongStage(job), c.wrongNeeds(job), wrongScript(job), c.unknownVariables(job, settings),
		) {
			found = append(found, name+": "+problem)
		}
	}
	return found
}

// wrongKeywords compares the keys of a mapping, and of those inside it, with the table.
func wrongKeywords(path string, value any, allowed keywords) []string {
	var found []string
	switch value := value.(type) {
	case mapping:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			inside, known := allowed[key]
			if !known {
				found = append(found, fmt.Sprintf("%s%s is no keyword", path, key))
				continue
			}
			found = append(found, wrongValue(path+key, value[key])...)
			if inside != nil {
				found = append(found, wrongKeywords(path+key+".", value[key], inside)...)
			}
		}
	case []any:
		for _, item := range value {
			found = append(found, wrongKeywords(path, item, allowed)...)
		}
	}
	return found
}

func wrongValue(path string, value any) []string {
	var found []string
	for _, text := range texts(value) {
		if allowed := values[path]; allowed != nil && !slices.Contains(allowed, text) {
			found = append(found, fmt.Sprintf("%s: %s is none of %s", path, text, strings.Join(allowed, ", ")))
		}
	}
	return found
}

func (c config) stage(job mapping) int {
	name, _ := job["stage"].(string)
	return slices.Index(texts(c.global["stages"]), name)
}

func (c config) wrongStage(job mapping) []string {
	if c.stage(job) < 0 {
		return []string{fmt.Sprintf("stage %v is none of %v", job["stage"], c.global["stages"])}
	}
	return nil
}

// needed returns the names of the jobs that a job waits for.
func needed(job mapping) []string {
	var names []string
	list, _ := job["needs"].([]any)
	for _, item := range list {
		switch item := item.(type) {
		case string:
			names = append(names, item)
		case mapping:
			name, _ := item["job"].(string)
			names = append(names, name)
		}
	}
	return names
}

func (c config) wrongNeeds(job mapping) []string {
	var found []string
	for _, name := range needed(job) {
		other, exists := c.jobs[name]
		switch {
		case !exists:
			found = append(found, "needs "+name+", which does not exist")
		case c.stage(other) > c.stage(job):
			found = append(found, "needs "+name+" of a later stage")
		}
	}
	return found
}

// wrongScript finds steps that are not valid for a shell.
func wrongScript(job mapping) []string {
	if len(texts(job["script"])) == 0 {
		return []string{"there is no script"}
	}
	var found []string
	for _, keyword := range []string{"before_script", "script", "after_script"} {
		for _, step := range texts(job[keyword]) {
			if output, err := exec.Command("bash", "-n", "-c", step).CombinedOutput(); err != nil {
				found = append(found, fmt.Sprintf("%s: %s", keyword, output))
			}
		}
	}
	return found
}

var variable = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)

// unknownVariables finds variables that neither GitLab, nor the pipeline, nor the documented settings define.
func (c config) unknownVariables(job mapping, settings []string) []string {
	known := slices.Concat(predefined, settings, keys(c.global["variables"]), keys(job["variables"]), matrix(job))
	var found []string
	for _, name := range used(job) {
		if !slices.Contains(known, name) {
			found = append(found, "$"+name+" is not defined")
		}
	}
	return found
}

// used returns the names of all variables in a value.
func used(value any) []string {
	var names []string
	switch value := value.(type) {
	case string:
		for _, match := range variable.FindAllStringSubmatch(value, -1) {
			names = append(names, match[1])
		}
	case []any:
		for _, item := range value {
			names = append(names, used(item)...)
		}
	case mapping:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			names = append(names, used(value[key])...)
		}
	}
	return names
}

// matrix returns the variables of a job's parallel:matrix.
func matrix(job mapping) []string {
	var names []string
	parallel, _ := job["parallel"].(mapping)
	list, _ := parallel["matrix"].([]any)
	for _, item := range list {
		names = append(names, keys(item)...)
	}
	return names
}

func keys(value any) []string {
	found, _ := value.(mapping)
	return slices.Collect(maps.Keys(found))
}
